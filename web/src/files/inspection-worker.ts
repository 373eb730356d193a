import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { inspectAudio } from '../../../packages/audio-inspection/inspect-audio.ts';
import type { AudioLimits, Inspection } from '../../../packages/audio-inspection/inspection.ts';

/** What the worker is asked; `id` comes back with the answer. */
export type Question =
  | { readonly id: number; readonly kind: 'inspect'; readonly file: Blob; readonly limits: AudioLimits }
  | { readonly id: number; readonly kind: 'hash'; readonly file: Blob; readonly partSize: number };

/** SHA-256 of a file, and of each of its parts, in lower-case hex digits. */
export interface Hashes {
  readonly sha256: string;
  readonly parts: readonly string[];
}

export type WorkerAnswer =
  | { readonly id: number; readonly inspection: Inspection }
  | { readonly id: number; readonly hashes: Hashes }
  | { readonly id: number; readonly trouble: string };

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  answer(data).then(
    (found) => postMessage(found),
    // A file that was moved, or changed since it was chosen, can no longer be read.
    () => postMessage({ id: data.id, trouble: 'It can no longer be read: choose it again.' }),
  );
});

async function answer(question: Question): Promise<WorkerAnswer> {
  const { id, file } = question;
  if (question.kind === 'hash') return { id, hashes: await hashesOf(file, question.partSize) };
  const source = {
    size: file.size,
    read: async (offset: number, length: number) =>
      new Uint8Array(await file.slice(offset, offset + length).arrayBuffer()),
  };
  return { id, inspection: await inspectAudio(source, question.limits) };
}

/** Part by part, so that a file of any size takes the memory of one part. */
async function hashesOf(file: Blob, partSize: number): Promise<Hashes> {
  const whole = sha256.create();
  const parts: string[] = [];
  for (let from = 0; from < file.size; from += partSize) {
    const bytes = await file.slice(from, from + partSize).arrayBuffer();
    const digest = crypto.subtle.digest('SHA-256', bytes);
    whole.update(new Uint8Array(bytes));
    parts.push(bytesToHex(new Uint8Array(await digest)));
  }
  return { sha256: bytesToHex(whole.digest()), parts };
}
