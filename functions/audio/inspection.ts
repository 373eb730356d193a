/** Where the bytes of a file come from: S3 in the functions, the disk in the CLI. */
export interface ByteSource {
  /** Size in bytes. */
  readonly size: number;
  /** Reads exactly `length` bytes at `offset` (fewer only at the end of the file). */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** What is accepted. */
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
      /** It promises more sound than it holds: perhaps its end is still to come. */
      readonly cutShort?: true;
    }
  | {
      readonly usable: false;
      readonly problem: AudioProblem;
      /** What is wrong and what to do, without the file's name. */
      readonly reason: string;
    };
