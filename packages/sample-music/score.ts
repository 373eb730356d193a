import type { Voice } from './voices.ts';

/** A tone of a score; times in beats. */
export interface Note {
  readonly start: number;
  readonly length: number;
  /** Semitones as MIDI counts them: 69 is the A of 440 Hz. */
  readonly pitch: number;
}

/** One instrument's notes. */
export interface Part {
  readonly voice: Voice;
  readonly notes: readonly Note[];
  /** Loudness, 1 for the leading part. */
  readonly volume: number;
  /** Where it is heard: -1 left, 0 middle (the default), 1 right. */
  readonly pan?: number;
}

/** A piece of music, complete. */
export interface Piece {
  /** Name of its file, without an extension. */
  readonly title: string;
  /** Beats a minute. */
  readonly tempo: number;
  /** Length of the written music; it may ring on for {@link ringingSeconds}. */
  readonly beats: number;
  readonly channels: 1 | 2;
  readonly parts: readonly Part[];
  /** Repeats of the sound, each fainter by `feedback`. */
  readonly echo?: { readonly beats: number; readonly feedback: number };
}

/** Seconds after the last beat in which the sound dies away. */
export const ringingSeconds = 1.5;

const steps: Readonly<Record<string, number>> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };

/** The number of a pitch written as `C4`, `F#3` or `Bb5`. */
export function pitch(name: string): number {
  const [, letter = '', accidental, octave] = /^([A-G])([#b]?)(\d)$/.exec(name) ?? [];
  const step = steps[letter];
  if (step === undefined) throw new Error(`not a pitch: ${name}`);
  return 12 * (Number(octave) + 1) + step + (accidental === '#' ? 1 : accidental === 'b' ? -1 : 0);
}

/**
 * Notes from text: pairs of a pitch and its beats, as in `C4 1 E4+G4 .5 - 2`; `+` sounds together, `-` is a rest.
 * @param start beat of the first one
 */
export function line(text: string, start = 0): Note[] {
  const words = text.trim().split(/\s+/);
  const notes: Note[] = [];
  let at = start;
  for (let i = 0; i + 1 < words.length; i += 2) {
    const length = Number(words[i + 1]);
    if (!(length > 0)) throw new Error(`not a length: ${words[i + 1]}`);
    for (const name of words[i] === '-' ? [] : (words[i] ?? '').split('+')) {
      notes.push({ start: at, length, pitch: pitch(name) });
    }
    at += length;
  }
  return notes;
}

/** The same notes later, and higher by `semitones`. */
export function shift(notes: readonly Note[], beats: number, semitones = 0): Note[] {
  return notes.map((note) => ({ ...note, start: note.start + beats, pitch: note.pitch + semitones }));
}

/** The notes again and again, every `beats`. */
export function repeat(notes: readonly Note[], times: number, beats: number): Note[] {
  return Array.from({ length: times }, (_, i) => shift(notes, i * beats)).flat();
}

/** Strokes of a drum: `x` hits, anything else does not; each sign lasts `step` beats. */
export function strokes(pattern: string, step: number): Note[] {
  return [...pattern.replaceAll(' ', '')].flatMap((sign, i) =>
    sign === 'x' ? [{ start: i * step, length: step, pitch: 60 }] : [],
  );
}
