import { line, type Piece } from '../score.ts';
import { bass, pluck, reed } from '../voices.ts';

/** One, two-three: the bass note of each bar and the chord that answers it. */
const bars = [
  ['G2', 'B3+D4'],
  ['D2', 'B3+G4'],
  ['C3', 'E4+G4'],
  ['D2', 'C4+F#4'],
  ['G2', 'B3+D4'],
  ['E2', 'B3+E4'],
  ['A2', 'C#4+G4'],
  ['D2', 'C4+F#4'],
  ['G2', 'B3+D4'],
  ['B2', 'D4+G4'],
  ['C3', 'E4+G4'],
  ['E2', 'G#3+D4'],
  ['A2', 'C4+E4'],
  ['C3', 'Eb4+G4'],
  ['D2', 'C4+F#4'],
  ['G2', 'B3+D4'],
] as const;

/** A country dance in G major, three in a bar. */
export const villageWaltz: Piece = {
  title: 'Village Waltz',
  tempo: 156,
  beats: 48,
  channels: 1,
  parts: [
    {
      voice: reed,
      volume: 0.8,
      notes: line(`
        D5 2 B4 1    G5 2 D5 1    E5 1 G5 1 C6 1  B5 1 A5 2
        B5 1.5 A5 .5 G5 1  E5 2 G5 1  C#5 1 E5 1 A5 1  F#5 2 A5 1
        D5 2 B4 1    G5 2 D5 1    E5 1 G5 1 C6 1  B5 1 G#5 1 E5 1
        A5 1.5 B5 .5 C6 1  G5 1 Eb5 1 C5 1  A4 1 C5 1 F#5 1  G5 3`),
    },
    { voice: bass, volume: 0.8, notes: bars.flatMap(([low], bar) => line(`${low} 1`, bar * 3)) },
    {
      voice: pluck,
      volume: 0.4,
      notes: bars.flatMap(([, chord], bar) => line(`${chord} 1 ${chord} 1`, bar * 3 + 1)),
    },
  ],
};
