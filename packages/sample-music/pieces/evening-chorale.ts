import { line, type Piece } from '../score.ts';
import { organ } from '../voices.ts';

/** Four voices in F major, a chord on each beat. */
export const eveningChorale: Piece = {
  title: 'Evening Chorale',
  tempo: 72,
  beats: 24,
  channels: 1,
  parts: [
    {
      voice: organ,
      volume: 0.5,
      notes: line(`
        F4 1 G4 1 A4 1 F4 1   Bb4 1 A4 1 G4 2
        A4 1 Bb4 1 C5 1 A4 1   D5 1 C5 .5 Bb4 .5 A4 2
        C5 1 A4 1 Bb4 1 G4 1   A4 1 F4 .5 G4 .5 F4 2`),
    },
    {
      voice: organ,
      volume: 0.35,
      notes: line(`
        C4 1 E4 1 F4 1 D4 1   F4 1 F4 1 E4 2
        F4 1 G4 1 G4 1 F4 1   F4 1 E4 1 F4 2
        F4 1 F4 1 D4 1 E4 1   F4 1 C4 1 C4 2`),
    },
    {
      voice: organ,
      volume: 0.35,
      notes: line(`
        A3 1 C4 1 C4 1 A3 1   Bb3 1 C4 1 C4 2
        C4 1 D4 1 E4 1 C4 1   Bb3 1 G3 1 C4 2
        A3 1 C4 1 Bb3 1 C4 1   C4 1 A3 .5 Bb3 .5 A3 2`),
    },
    {
      voice: organ,
      volume: 0.45,
      notes: line(`
        F3 1 C3 1 F2 1 D3 1   D3 1 F3 1 C3 2
        F3 1 G3 1 C3 1 F3 1   Bb2 1 C3 1 F2 2
        F3 1 A2 1 G2 1 C3 1   F2 1 C3 1 F2 2`),
    },
  ],
};
