import type { ConversionTarget } from './formats.ts';

/** Where the bytes of a file come from: S3 in the functions, the disk in the CLI. */
export interface ByteSource {
  /** Size in bytes. */
  readonly size: number;
  /** Reads exactly `length` bytes at `offset` (fewer only at the end of the file). */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** The stretch around `offset` that a read there fetches anyway, so that the whole of it costs no more. */
  around?(offset: number): { readonly offset: number; readonly length: number };
}

/** What is accepted. Lengths are compared as they are shown: see `asShown`. */
export interface AudioLimits {
  readonly minSeconds: number;
  readonly maxSeconds: number;
  readonly maxBytes: number;
}

/** Why a file cannot be used; each has one sentence for the user. */
export type AudioProblem =
  | 'empty'
  | 'too-large'
  | 'not-audio'
  | 'broken'
  | 'too-short'
  | 'too-long'
  | 'protected'
  | 'missing';

/** What is in a file, by its content, never by its name. */
export type Inspection =
  | {
      readonly usable: true;
      /** Container and codec as a person says it: `MP3`, `WAV`, `FLAC`, `Ogg Vorbis`, `Opus`, `M4A (AAC)`. */
      readonly format: string;
      /** File extension that fits the content, without a dot. */
      readonly extension: string;
      readonly durationSeconds: number;
      /** Something odd that does not forbid using the file. */
      readonly warning?: string;
      /** Its end is missing: perhaps it is still to come. */
      readonly cutShort?: true;
      /** What to convert it to, where it is not known that the provider takes the format. */
      readonly convertTo?: ConversionTarget;
    }
  | {
      readonly usable: false;
      readonly problem: AudioProblem;
      /** What is wrong and what to do, without the file's name. */
      readonly reason: string;
      /** What to convert it to, where that would help. */
      readonly convertTo?: ConversionTarget;
    };
