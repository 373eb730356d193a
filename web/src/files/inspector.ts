import type { AudioLimits, Inspection } from '../../../packages/audio-inspection/inspection.ts';
import type { Hashes, Question, WorkerAnswer } from './inspection-worker.ts';

/** Bytes of each part that is uploaded but the last, as the API has it. */
export const partSize = 8 * 1024 * 1024;

/** A file that the browser can no longer read. The message is a sentence for a person. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

type Ask = Question extends infer One ? (One extends Question ? Omit<One, 'id'> : never) : never;

interface Waiting {
  resolve(answer: WorkerAnswer): void;
}

/** One to look into files and one to hash them: a large file that is hashed keeps nobody from seeing what the others are. */
const workers = new Map<Question['kind'], (question: Ask) => Promise<WorkerAnswer>>();

function workerFor(kind: Question['kind']): (question: Ask) => Promise<WorkerAnswer> {
  const found = workers.get(kind);
  if (found) return found;
  const worker = new Worker(new URL('./inspection-worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, Waiting>();
  let last = 0;
  worker.addEventListener('message', ({ data }: MessageEvent<WorkerAnswer>) => {
    waiting.get(data.id)?.resolve(data);
    waiting.delete(data.id);
  });
  worker.addEventListener('error', () => {
    workers.delete(kind);
    const trouble = 'This browser could not look into it: load the page again.';
    for (const [id, { resolve }] of waiting) resolve({ id, trouble });
  });
  const ask = (question: Ask) =>
    new Promise<WorkerAnswer>((resolve) => {
      last += 1;
      waiting.set(last, { resolve });
      worker.postMessage({ ...question, id: last });
    });
  workers.set(kind, ask);
  return ask;
}

/**
 * What is in a file, by its content: the very inspection of the command line and of the functions.
 * @throws UnreadableFile
 */
export async function inspectFile(file: Blob, limits: AudioLimits): Promise<Inspection> {
  const answer = await workerFor('inspect')({ kind: 'inspect', file, limits });
  if ('inspection' in answer) return answer.inspection;
  throw new UnreadableFile('trouble' in answer ? answer.trouble : '');
}

/**
 * Its SHA-256 and those of its parts, read as a stream.
 * @throws UnreadableFile
 */
export async function hashFile(file: Blob): Promise<Hashes> {
  const answer = await workerFor('hash')({ kind: 'hash', file, partSize });
  if ('hashes' in answer) return answer.hashes;
  throw new UnreadableFile('trouble' in answer ? answer.trouble : '');
}
