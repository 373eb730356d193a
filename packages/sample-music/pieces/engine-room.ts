import { line, type Piece, repeat, shift, strokes } from '../score.ts';
import { hat, kick, saw, snare } from '../voices.ts';

const bars = 10;
/** Sixteenths in E minor; the rests are the groove. */
const pulse = line(`
  E2 .25 - .25 E2 .25 E3 .25 - .25 E2 .25 G2 .25 - .25
  E2 .25 - .25 E2 .25 D3 .25 - .25 E2 .25 B2 .25 A2 .25`);
const stab = line('- 1.5 E4+G4+B4 .25 - .5 E4+G4+B4 .25 - 1.5');
/** The harmony moves under it for the last four bars. */
const lifts = [0, 0, 0, 0, 0, 0, 3, 3, 5, -2];

/** Four on the floor at 128 beats a minute; the layers come in one after another. */
export const engineRoom: Piece = {
  title: 'Engine Room',
  tempo: 128,
  beats: bars * 4,
  channels: 2,
  parts: [
    { voice: kick, volume: 1, notes: repeat(strokes('xxxx', 1), bars, 4) },
    {
      voice: hat,
      volume: 0.6,
      pan: 0.2,
      notes: repeat(strokes('..x.', 0.25), (bars - 1) * 4, 1).map((n) => ({ ...n, start: n.start + 4 })),
    },
    { voice: snare, volume: 0.5, pan: -0.1, notes: shift(repeat(strokes('.x.x', 1), bars - 2, 4), 8) },
    { voice: saw, volume: 0.55, notes: lifts.flatMap((lift, bar) => shift(pulse, bar * 4, lift)) },
    {
      voice: saw,
      volume: 0.22,
      pan: -0.5,
      notes: lifts.slice(4).flatMap((lift, bar) => shift(stab, (bar + 4) * 4, lift)),
    },
    {
      voice: saw,
      volume: 0.22,
      pan: 0.5,
      notes: lifts.slice(4).flatMap((lift, bar) => shift(stab, (bar + 4) * 4 + 0.75, lift + 12)),
    },
  ],
};
