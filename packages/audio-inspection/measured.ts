import type { AudioProblem } from './inspection.ts';

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
  /** Its end is missing, though nothing says how much that is; a whole sentence. */
  readonly cut?: string;
  /** Anything else that is odd; a whole sentence. */
  readonly warning?: string;
}

/** Seconds by which a header may be off before it counts as a broken promise. */
export const toleratedGap = 0.25;

/** `promisedSeconds`, when it is clearly more than what is there. */
export function promise(promisedSeconds: number, seconds: number): { promisedSeconds?: number } {
  return promisedSeconds - seconds > toleratedGap ? { promisedSeconds } : {};
}

/** What is said of a file whose picture is not used. */
export const videoWarning = 'It is a video; only its sound can be used.';

/** The container is known, but what is in it cannot be used. The message is a sentence. */
export class Unusable extends Error {
  override readonly name: string = 'Unusable';
  readonly problem: AudioProblem;

  constructor(problem: AudioProblem, sentence: string) {
    super(sentence);
    this.problem = problem;
  }
}

/** It holds nothing that can be played. The message is a sentence. */
export class BrokenAudio extends Unusable {
  override readonly name = 'BrokenAudio';

  constructor(sentence: string) {
    super('broken', sentence);
  }
}

/** The container is sound in itself, but there is no sound in it. The message is a sentence. */
export class NoAudio extends Unusable {
  override readonly name = 'NoAudio';

  constructor(sentence: string) {
    super('not-audio', sentence);
  }
}

/** Only the players of the shop that sold it can decrypt it. */
export class ProtectedAudio extends Unusable {
  override readonly name = 'ProtectedAudio';

  constructor() {
    super('protected', 'This file is copy-protected, and nobody but the player of its shop can open it.');
  }
}

/** No music is coded with fewer bits a second than this (a choice; speech codecs begin at about 2,000). */
const leastBitrate = 2000;

/** @throws BrokenAudio if so many bytes cannot hold so many seconds */
export function mustFit(seconds: number, bytes: number): void {
  if (!Number.isFinite(seconds) || bytes * 8 < seconds * leastBitrate) {
    throw new BrokenAudio('The header of this file claims far more sound than the file can hold.');
  }
}

/** A view for reading numbers out of bytes. */
export function numbersIn(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes as Latin-1 text, for four-letter codes and magic numbers. */
export function textIn(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
