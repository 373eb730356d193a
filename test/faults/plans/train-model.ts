import * as fc from 'fast-check';
import type { PlannedFault, TrainPlan } from '../plan.ts';
import type { Content } from '../rig/audio-bucket.ts';
import type { CallFault } from '../rig/provider.ts';
import { atTheDesk, choices, decide, eventsOf, runs, toFiles } from './events.ts';
import { lostAnswer, ofCall } from './faults.ts';

const stillReady = fc.record({
  call: fc.constant('training' as const),
  nth: fc.constantFrom(1, 1, 2),
  times: fc.integer({ min: 1, max: 6 }),
  fault: fc.constant<CallFault>({ kind: 'still-ready' }),
});

/** One fault, or the two that are hardest to tell apart from a create that was never taken. */
const fault: fc.Arbitrary<readonly PlannedFault[]> = fc.oneof(
  ofCall('prepare', 2).map((it) => [it]),
  { weight: 3, arbitrary: ofCall('upload', 20).map((it) => [it]) },
  { weight: 2, arbitrary: ofCall('create', 3).map((it) => [it]) },
  ofCall('status', 30).map((it) => [it]),
  ofCall('training', 6).map((it) => [it]),
  fc
    .record({ lost: lostAnswer, stillReady })
    .map(({ lost, stillReady }) => [{ call: 'create' as const, nth: 1, times: 1, fault: lost }, stillReady]),
);

const command = fc.oneof(
  { weight: 4, arbitrary: runs },
  { weight: 2, arbitrary: decide },
  { weight: 2, arbitrary: toFiles },
);

const events = eventsOf({
  aims: [
    { by: 'Create model', weight: 8, steps: 6 },
    { by: 'Check training', weight: 3, steps: 12 },
    { by: 'Submit upload', weight: 3, steps: 30 },
    { by: 'Check upload', weight: 2, steps: 30 },
    { by: 'Prepare session', weight: 2, steps: 20 },
    { by: 'Enough clips?', weight: 1, steps: 3 },
    { by: 'Record failure', weight: 1, steps: 3 },
    ...atTheDesk,
  ],
  steps: 250,
  command,
  // Its intent, the call, and the write of what came of it.
  around: { by: 'Create model', from: 3, to: 6 },
  cancelAt: ['Create model', 'Enough clips?'],
});

/** Enough songs, mostly few, and some files that cannot become clips among them. */
const files: fc.Arbitrary<readonly Content[]> = fc
  .record({
    songs: fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 6, max: 8 }) },
      fc.integer({ min: 9, max: 22 }),
    ),
    doomed: fc.oneof(
      { weight: 2, arbitrary: fc.constant<Content[]>([]) },
      fc.array(fc.constantFrom<Content[]>('refused', 'text'), { minLength: 1, maxLength: 2 }),
    ),
  })
  .map(({ songs, doomed }) => [...doomed, ...Array.from({ length: songs }, (): Content => 'song')]);

/** Sessions of 6 to 24 tracks with what is to go wrong and what persons do meanwhile. */
export const trainPlans: fc.Arbitrary<TrainPlan> = fc.record({
  machine: fc.constant('train-model' as const),
  seed: fc.nat(),
  files,
  skipInvalid: fc.nat({ max: 4 }).map((n) => n > 0),
  review: fc.nat({ max: 4 }).map((n) => n === 0),
  faults: fc.array(fault, { maxLength: 5, size: 'max' }).map((faults) => faults.flat()),
  events,
  later: fc.array(command, { maxLength: 3, size: 'max' }),
  choices,
});
