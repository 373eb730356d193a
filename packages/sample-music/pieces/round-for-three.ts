import { line, type Piece, repeat, shift } from '../score.ts';
import { harpsichord } from '../voices.ts';

/** Three phrases over the same harmony (D minor, G minor, A, D minor), so that each fits the others. */
const first = line('D4 1 E4 .5 F4 .5 G4 1 Bb3 1 A3 1 C#4 1 D4 2');
const second = line('A4 1 A4 .5 F4 .5 D5 1 Bb4 1 C#5 .5 D5 .5 E5 1 F5 1 D5 1');
const third = line(`
  F5 .5 E5 .5 D5 .5 E5 .5 D5 .5 C5 .5 Bb4 .5 G4 .5
  E5 .5 D5 .5 C#5 .5 E5 .5 D5 1 A4 1`);
const phrases = [first, second, third, first, second];

/** What a voice sings that comes in with phrase number `entry`; all end together. */
const sung = (entry: number) =>
  phrases.slice(0, phrases.length - entry).flatMap((phrase, i) => shift(phrase, (entry + i) * 8));

/** One tune in three voices, each beginning a phrase after the one before. */
export const roundForThree: Piece = {
  title: 'Round for Three',
  tempo: 124,
  beats: 42,
  channels: 2,
  parts: [
    { voice: harpsichord, volume: 0.7, pan: -0.6, notes: [...sung(0), ...line('D4 2', 40)] },
    { voice: harpsichord, volume: 0.6, pan: 0.6, notes: [...sung(1), ...line('A4 2', 40)] },
    { voice: harpsichord, volume: 0.6, notes: [...sung(2), ...line('D3+F#5 2', 40)] },
    {
      voice: harpsichord,
      volume: 0.5,
      notes: repeat(line('D3 2 G2 2 A2 2 D3 2'), 3, 8).map((n) => ({ ...n, start: n.start + 16 })),
    },
  ],
};
