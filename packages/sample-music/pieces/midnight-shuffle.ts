import { line, type Piece, repeat, shift, strokes } from '../score.ts';
import { bass, guitar, hat, kick, snare } from '../voices.ts';

/** Semitones above A in each of the twelve bars: four of the first degree, then the fourth and the fifth. */
const degrees = [0, 0, 0, 0, 5, 5, 0, 0, 7, 5, 0, 7];

/** Long and short, two to one: what makes it a shuffle. */
const riff = line(`
  A2+E3 .667 A2+E3 .333 A2+F#3 .667 A2+E3 .333
  A2+G3 .667 A2+E3 .333 A2+F#3 .667 A2+E3 .333`);
const walk = line('A1 1 C#2 1 E2 1 F#2 1');

/** Twelve bars of blues in A. */
export const midnightShuffle: Piece = {
  title: 'Midnight Shuffle',
  tempo: 148,
  beats: 48,
  channels: 1,
  parts: [
    { voice: guitar, volume: 0.45, notes: degrees.flatMap((degree, bar) => shift(riff, bar * 4, degree)) },
    { voice: bass, volume: 0.8, notes: degrees.flatMap((degree, bar) => shift(walk, bar * 4, degree)) },
    {
      voice: guitar,
      volume: 0.5,
      notes: line(`
        - 4 C5 .667 A4 .333 G4 .667 A4 2.333 - 4 E5 .667 D5 .333 C5 .667 A4 2.333
        - 4 D5 .667 C5 .333 A4 .667 D5 2.333 - 4 C5 .667 A4 .333 G4 .667 E4 2.333
        B4 .667 D5 .333 E5 1 G5 2 F5 .667 D5 .333 C5 1 A4 2
        C5 .667 A4 .333 G4 .667 E4 .333 A4 2 E4 .667 G4 .333 G#4 1 A4 2`),
    },
    { voice: kick, volume: 0.7, notes: repeat(strokes('x.x.', 1), 12, 4) },
    { voice: snare, volume: 0.35, notes: repeat(strokes('.x.x', 1), 12, 4) },
    { voice: hat, volume: 0.5, notes: repeat(strokes('x.x', 1 / 3), 48, 1) },
  ],
};
