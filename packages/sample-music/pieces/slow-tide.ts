import { line, type Piece } from '../score.ts';
import { bell, flute, pad } from '../voices.ts';

/** Broad chords around E major with its raised fourth, and a few notes above them. */
export const slowTide: Piece = {
  title: 'Slow Tide',
  tempo: 60,
  beats: 20,
  channels: 1,
  echo: { beats: 1.5, feedback: 0.4 },
  parts: [
    {
      voice: pad,
      volume: 0.5,
      notes: line('E2+B2+G#3+D#4 5 F#2+C#3+A#3+E4 5 C#2+G#2+E3+B3 5 E2+B2+G#3+F#4 5'),
    },
    { voice: flute, volume: 0.35, notes: line('- 3 B4 2 C#5 1.5 A#4 3.5 G#4 1 B4 1 E5 3 D#5 1.5 B4 3.5') },
    { voice: bell, volume: 0.3, notes: line('- 1 D#6 2 B5 3 A#5 1.5 F#6 3.5 G#5 2 E6 2 B5 2 F#6 3') },
  ],
};
