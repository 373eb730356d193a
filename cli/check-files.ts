import type { AudioLimits, AudioProblem, Inspection } from '../functions/audio/inspection.ts';
import type { CliEvent } from './events.ts';
import { type FoundFile, reasonOf } from './find-files.ts';

/** A file that can be trained on. */
export interface UsableFile extends FoundFile {
  /** Bytes. */
  readonly size: number;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  /** Name of an earlier file with the same bytes. */
  readonly duplicateOf?: string;
}

export interface RejectedFile {
  readonly file: string;
  readonly problem: AudioProblem | 'unreadable';
  /** What is wrong and what to do. */
  readonly reason: string;
}

/** How a file is opened and looked at; handed in, so that the order and the words can be tested alone. */
export interface FileInspector {
  /** Size, content and hash of one file; the hash only where the file is usable. Rejects as the disk does. */
  inspect(
    path: string,
    limits: AudioLimits,
  ): Promise<{ inspection: Inspection; size: number; sha256: string | undefined }>;
}

/** Files checked at the same time. */
const atOnce = 4;

/**
 * Checks every file by its content and tells each verdict, in the order of the files.
 * A second file with the same bytes stays in the list, marked.
 */
export async function checkFiles(
  files: readonly FoundFile[],
  limits: AudioLimits,
  { inspector, tell, signal }: { inspector: FileInspector; tell(event: CliEvent): void; signal: AbortSignal },
): Promise<{ usable: readonly UsableFile[]; rejected: readonly RejectedFile[] }> {
  const usable: UsableFile[] = [];
  const rejected: RejectedFile[] = [];
  const firstWith = new Map<string, string>();

  const checks: Promise<Checked>[] = [];
  const begin = (index: number) => {
    const file = files[index];
    if (file && checks.length === index) checks.push(check(file, limits, inspector));
  };
  for (let index = 0; index < atOnce; index++) begin(index);

  for (let index = 0; index < files.length; index++) {
    const checked = await checks[index];
    signal.throwIfAborted();
    begin(index + atOnce);
    if (!checked) continue;
    if ('problem' in checked) {
      rejected.push(checked);
      tell({ event: 'file.rejected', ...checked });
      continue;
    }
    const { found, size, sha256, inspection } = checked;
    const duplicateOf = firstWith.get(sha256);
    if (duplicateOf === undefined) firstWith.set(sha256, found.name);
    const duplicate = duplicateOf === undefined ? {} : { duplicateOf };
    usable.push({ ...found, size, sha256, ...duplicate });
    tell({
      event: 'file.checked',
      file: found.name,
      size,
      format: inspection.format,
      durationSeconds: inspection.durationSeconds,
      ...(inspection.warning === undefined ? {} : { warning: inspection.warning }),
      ...duplicate,
    });
  }
  return { usable, rejected };
}

type Checked =
  | RejectedFile
  | {
      readonly found: FoundFile;
      readonly size: number;
      readonly sha256: string;
      readonly inspection: Extract<Inspection, { usable: true }>;
    };

async function check(found: FoundFile, limits: AudioLimits, inspector: FileInspector): Promise<Checked> {
  try {
    const { inspection, size, sha256 } = await inspector.inspect(found.path, limits);
    if (!inspection.usable) {
      return { file: found.name, problem: inspection.problem, reason: inspection.reason };
    }
    if (sha256 !== undefined) return { found, size, sha256, inspection };
    throw new Error('a usable file without a hash');
  } catch (error) {
    return { file: found.name, problem: 'unreadable', reason: reasonOf(error) };
  }
}
