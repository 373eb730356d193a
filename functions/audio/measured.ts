/** What a look at the bytes of one container gave. */
export interface Measured {
  /** As a person says it: `MP3`, `Ogg Vorbis`, `M4A (AAC)`. */
  readonly format: string;
  /** Without a dot. */
  readonly extension: string;
  /** Seconds of sound that the bytes in the file hold, not what a header claims. */
  readonly seconds: number;
  /** Seconds that the header claims, when the file holds clearly less. */
  readonly promisedSeconds?: number;
  /** Anything else that is odd; a whole sentence. */
  readonly warning?: string;
}

/** Seconds by which a header may be off before it counts as a broken promise. */
export const toleratedGap = 0.25;

/** `promisedSeconds`, when it is clearly more than what is there. */
export function promise(promisedSeconds: number, seconds: number): { promisedSeconds?: number } {
  return promisedSeconds - seconds > toleratedGap ? { promisedSeconds } : {};
}

/** The container is known, but it holds nothing that can be played. The message is a sentence. */
export class BrokenAudio extends Error {
  override readonly name = 'BrokenAudio';
}

/** The container is sound in itself, but there is no sound in it. The message is a sentence. */
export class NoAudio extends Error {
  override readonly name = 'NoAudio';
}

/** A view for reading numbers out of bytes. */
export function numbersIn(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes as Latin-1 text, for four-letter codes and magic words. */
export function textIn(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
