import { signal } from '@preact/signals';
import type { AccountAnswer } from '../../../functions/api/contract/account.ts';
import { refusalOf } from '../../../packages/audio-inspection/conversion.ts';
import { mayHoldAudio, promisesAudio } from '../../../packages/audio-inspection/formats.ts';
import type { Inspection } from '../../../packages/audio-inspection/inspection.ts';
import type { FoundFile } from './found-files.ts';
import { hashFile, inspectFile, UnreadableFile } from './inspector.ts';

export type Limits = AccountAnswer['limits'];

/** A file that a person has chosen, with what is known of it so far. */
export interface ChosenFile extends FoundFile {
  readonly key: number;
  inspection?: Inspection;
  /** 64 lower-case hex digits. */
  sha256?: string;
  parts?: readonly string[];
  /** The browser cannot read it. */
  trouble?: string;
  isLeftOut?: boolean;
}

/** Where a file is, of what is shown. */
export type Standing = 'checking' | 'ready' | 'bad' | 'copy' | 'out';

/** Several files are looked into and hashed at the same time. */
const atOnce = 4;

/** Files chosen for a new session. They live as long as the page; `version` changes with them. */
export class ChosenFiles {
  readonly version = signal(0);
  /** How many of a folder are no audio, and were left aside. */
  readonly skipped = signal(0);
  #files: ChosenFile[] = [];
  #queue: ChosenFile[] = [];
  #working = 0;
  #last = 0;
  #isToldSoon = false;
  #limits: Limits | undefined;

  get all(): readonly ChosenFile[] {
    return this.#files;
  }

  add(found: readonly FoundFile[], limits: Limits): void {
    this.#limits = limits;
    const added = found.map((one): ChosenFile => ({ ...one, key: this.#next() }));
    this.#files = [...this.#files, ...added];
    this.#look(added);
  }

  /** Another file in the place of one. */
  replace(old: ChosenFile, found: FoundFile): void {
    const file: ChosenFile = { ...found, isInFolder: false, key: this.#next() };
    this.#files = this.#files.map((one) => (one === old ? file : one));
    this.#look([file]);
  }

  remove(file: ChosenFile): void {
    this.#files = this.#files.filter((one) => one !== file);
    this.#tell();
  }

  leaveOut(files: readonly ChosenFile[], isLeftOut: boolean): void {
    for (const file of files) file.isLeftOut = isLeftOut;
    this.#tell();
  }

  clear(): void {
    this.#files = [];
    this.#queue = [];
    this.skipped.value = 0;
    this.#tell();
  }

  #next(): number {
    this.#last += 1;
    return this.#last;
  }

  #look(files: readonly ChosenFile[]): void {
    this.#queue.push(...files);
    this.#tell();
    while (this.#working < atOnce && this.#queue.length > this.#working) void this.#work();
  }

  async #work(): Promise<void> {
    this.#working += 1;
    for (let file = this.#queue.shift(); file !== undefined; file = this.#queue.shift()) {
      await this.#inspect(file);
    }
    this.#working -= 1;
  }

  async #inspect(file: ChosenFile): Promise<void> {
    const limits = this.#limits;
    if (limits === undefined) return;
    try {
      file.inspection = await inspectFile(file.file, limits);
      const { inspection } = file;
      if (file.isInFolder && isNoAudio(file.name, inspection)) {
        this.#files = this.#files.filter((one) => one !== file);
        this.skipped.value += 1;
      } else if (inspection.usable) {
        // Seen at once; whether it is a copy of another is known when it is hashed.
        this.#tell();
        const { sha256, parts } = await hashFile(file.file);
        Object.assign(file, { sha256, parts });
      }
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      file.trouble = error.message;
    }
    this.#tell();
  }

  /** Once for all that comes within a moment: thousands of files are looked into in seconds. */
  #tell(): void {
    if (this.#isToldSoon) return;
    this.#isToldSoon = true;
    setTimeout(() => {
      this.#isToldSoon = false;
      this.version.value += 1;
    }, 60);
  }
}

/** In a folder the content decides; what promises audio by its name is never left aside silently. */
function isNoAudio(name: string, inspection: Inspection): boolean {
  if (promisesAudio(name) || inspection.usable || inspection.convertTo !== undefined) return false;
  return inspection.problem === 'not-audio' || (inspection.problem === 'empty' && !mayHoldAudio(name));
}

/** Why it cannot be used, and what to do; nothing while it can, or is not known yet. */
export function reasonOf({ trouble, inspection, name }: ChosenFile): string | undefined {
  if (trouble !== undefined) return trouble;
  return inspection === undefined || inspection.usable ? undefined : refusalOf(inspection, name);
}

/** The files with their standings, in their order; of files with the same bytes the first one counts. */
export function standings(
  files: readonly ChosenFile[],
): readonly { readonly file: ChosenFile; readonly standing: Standing; readonly copyOf?: string }[] {
  const firstWith = new Map<string, string>();
  return files.map((file) => {
    if (file.isLeftOut) return { file, standing: 'out' };
    if (reasonOf(file) !== undefined) return { file, standing: 'bad' };
    if (file.inspection === undefined || file.sha256 === undefined) return { file, standing: 'checking' };
    const copyOf = firstWith.get(file.sha256);
    if (copyOf !== undefined) return { file, standing: 'copy', copyOf };
    firstWith.set(file.sha256, file.name);
    return { file, standing: 'ready' };
  });
}
