import { line, type Note, type Piece, pitch, shift } from '../score.ts';
import { bass, bell, pluck } from '../voices.ts';

/** Root and the two tones above it, a bar each: C, A minor, F, G, and home by way of E minor. */
const chords = [
  ['C3', 'E4', 'G4'],
  ['A2', 'E4', 'A4'],
  ['F2', 'F4', 'A4'],
  ['G2', 'D4', 'G4'],
  ['C3', 'E4', 'G4'],
  ['E3', 'E4', 'B4'],
  ['F2', 'F4', 'C5'],
  ['C3', 'E4', 'C5'],
] as const;

/** The chord broken into sixteen notes, up and down. */
function broken([root, third, fifth]: readonly [string, string, string]): Note[] {
  const low = pitch(root) + 12;
  const tones = [low, pitch(third), pitch(fifth), low + 24, pitch(fifth), pitch(third)];
  return Array.from({ length: 16 }, (_, i) => ({
    start: i / 4,
    length: 0.25,
    pitch: tones[i % tones.length] ?? low,
  }));
}

/** Broken chords in C major over a walking root. */
export const morningArpeggio: Piece = {
  title: 'Morning Arpeggio',
  tempo: 100,
  beats: 32,
  channels: 2,
  echo: { beats: 0.75, feedback: 0.3 },
  parts: [
    {
      voice: pluck,
      volume: 0.8,
      pan: -0.3,
      notes: chords.flatMap((chord, bar) => shift(broken(chord), bar * 4)),
    },
    {
      voice: bass,
      volume: 0.7,
      notes: chords.flatMap(([root], bar) => line(`${root} 2.5 ${root} 1.5`, bar * 4)),
    },
    {
      voice: bell,
      volume: 0.5,
      pan: 0.4,
      notes: line('G5 3 E5 1 C6 2 B5 2 A5 3 F5 1 D6 2 B5 2 E6 3 D6 1 B5 2 G5 2 A5 2 C6 1 B5 1 C6 4'),
    },
  ],
};
