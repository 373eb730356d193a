import { line, type Piece, repeat } from '../score.ts';
import { flute, zither } from '../voices.ts';

/** A slow melody on the five tones D, F, G, A and C, over open fifths. */
export const fiveLanterns: Piece = {
  title: 'Five Lanterns',
  tempo: 76,
  beats: 24,
  channels: 2,
  echo: { beats: 0.5, feedback: 0.35 },
  parts: [
    {
      voice: zither,
      volume: 0.8,
      pan: 0.25,
      notes: line(`
        D4 1 F4 .5 G4 .5 A4 1.5 C5 .5   D5 .5 C5 .5 A4 1 G4 2
        F4 .5 G4 .5 A4 .5 C5 .5 D5 1 F5 1   G5 .5 F5 .5 D5 1 C5 2
        A4 1 C5 .5 A4 .5 G4 1 F4 .5 G4 .5   F4 .5 D4 .5 C4 1 D4 2`),
    },
    { voice: flute, volume: 0.35, pan: -0.5, notes: line('- 8 A5 3 G5 1 F5 2 D5 2 C6 3 A5 1 G5 2 A5 2') },
    {
      voice: zither,
      volume: 0.45,
      pan: -0.2,
      notes: repeat(line('D2+A2 2 D3 1 A2 1 G2+D3 2 C3 1 G2 1'), 3, 8),
    },
  ],
};
