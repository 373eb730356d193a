import { mapConcurrent } from '../functions/shared/map-concurrent.ts';
import { convertedName, refusalOf } from '../packages/audio-inspection/conversion.ts';
import type { ConversionTarget } from '../packages/audio-inspection/formats.ts';
import type { AudioLimits, AudioProblem, Inspection } from '../packages/audio-inspection/inspection.ts';
import { ConversionFailure, type Converter } from './converter.ts';
import type { CliEvent } from './events.ts';
import { type FoundFile, reasonOf } from './find-files.ts';
import { counted } from './output/format.ts';

/** A file that was converted, and how: doing it again gives the same bytes. */
interface ConvertedFile extends FoundFile {
  readonly to: ConversionTarget;
  /** Bits a second, where that is known. */
  readonly bitrate: number | undefined;
}

/** A file that can be trained on. */
export interface UsableFile extends FoundFile {
  /** Bytes. */
  readonly size: number;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  /** Name of an earlier file with the same bytes. */
  readonly duplicateOf?: string;
  /** The file that it was converted from, which stays as it is. */
  readonly convertedFrom?: ConvertedFile;
  /** Its format, where pages about the provider do not name it. */
  readonly unnamedFormat?: string;
}

export interface RejectedFile {
  readonly file: string;
  readonly problem: AudioProblem | 'unreadable';
  /** What is wrong and what to do. */
  readonly reason: string;
  /** `--convert` would make it usable. */
  readonly convertible?: true;
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
 * @param converter converts what the provider may not take; without it, such files stay as they are
 */
export async function checkFiles(
  files: readonly FoundFile[],
  limits: AudioLimits,
  deps: CheckDeps,
): Promise<{ usable: readonly UsableFile[]; rejected: readonly RejectedFile[] }> {
  const { emit, signal } = deps;
  const names = new Set(files.map(({ name }) => name));
  const usable: UsableFile[] = [];
  const rejected: RejectedFile[] = [];
  const firstWith = new Map<string, string>();

  const report = (checked: Checked) => {
    if ('problem' in checked) {
      rejected.push(checked);
      const { file, problem, reason } = checked;
      emit({ event: 'file.rejected', file, problem, reason });
      return;
    }
    const { found, size, sha256, inspection, convertedFrom } = checked;
    const converted = convertedFrom === undefined ? {} : { convertedFrom };
    const unnamed = inspection.convertTo === undefined ? {} : { unnamedFormat: inspection.format };
    const duplicateOf = firstWith.get(sha256);
    if (duplicateOf === undefined) firstWith.set(sha256, found.name);
    const duplicate = duplicateOf === undefined ? {} : { duplicateOf };
    usable.push({ ...found, size, sha256, ...duplicate, ...converted, ...unnamed });
    emit({
      event: 'file.checked',
      file: found.name,
      size,
      format: inspection.format,
      durationSeconds: inspection.durationSeconds,
      ...(inspection.warning === undefined ? {} : { warning: inspection.warning }),
      ...(convertedFrom === undefined ? {} : { convertedFrom: convertedFrom.name }),
      ...duplicate,
    });
  };

  // Each waits with its report for that of the file before.
  let before: Promise<void> = Promise.resolve();
  await mapConcurrent(files, atOnce, (file) => {
    before = Promise.all([check(file, limits, names, deps), before]).then(([checked]) => {
      signal.throwIfAborted();
      report(checked);
    });
    return before;
  });
  return { usable, rejected };
}

/** That the provider may refuse some of the files for their kind, and what helps. */
export function doubtsAbout(files: readonly UsableFile[]): string[] {
  const formats = files.flatMap(({ unnamedFormat }) => unnamedFormat ?? []);
  if (formats.length === 0) return [];
  const kinds = [...new Set(formats)].join(', ');
  return [
    `${counted(formats.length, 'file')} of a kind that pages about the provider do not name (${kinds}): --convert turns such files into FLAC or MP3.`,
  ];
}

type Checked =
  | RejectedFile
  | {
      readonly found: FoundFile;
      readonly size: number;
      readonly sha256: string;
      readonly inspection: Extract<Inspection, { usable: true }>;
      readonly convertedFrom?: ConvertedFile;
    };

interface CheckDeps {
  readonly inspector: FileInspector;
  readonly converter?: Converter | undefined;
  emit(event: CliEvent): void;
  readonly signal: AbortSignal;
}

/** @param taken names of files, to which that of a converted one is added */
async function check(
  found: FoundFile,
  limits: AudioLimits,
  taken: Set<string>,
  deps: CheckDeps,
): Promise<Checked> {
  const { inspector, converter } = deps;
  try {
    const { inspection, size, sha256 } = await inspector.inspect(found.path, limits);
    const to = inspection.convertTo;
    if (converter && to !== undefined) {
      const bitrate = inspection.usable ? (size * 8) / inspection.durationSeconds : undefined;
      const path = await converter.convert(found.path, to, bitrate);
      const alike = convertedName(found.name, to);
      const name = taken.has(alike) ? `${found.name}.${to}` : alike;
      taken.add(name);
      const checked = await check({ path, name }, limits, taken, { ...deps, converter: undefined });
      if ('problem' in checked) return { ...checked, file: found.name };
      return { ...checked, convertedFrom: { ...found, to, bitrate } };
    }
    if (!inspection.usable) {
      const reason = refusalOf(inspection, found.path);
      const convertible = to === undefined ? {} : { convertible: true as const };
      return { file: found.name, problem: inspection.problem, reason, ...convertible };
    }
    if (sha256 !== undefined) return { found, size, sha256, inspection };
    throw new Error('a usable file without a hash');
  } catch (error) {
    deps.signal.throwIfAborted();
    const reason = error instanceof ConversionFailure ? error.message : reasonOf(error);
    return { file: found.name, problem: 'unreadable', reason };
  }
}
