import * as fc from 'fast-check';
import type { Content } from '../harness/audio-bucket.ts';
import type { CallFault } from '../harness/provider.ts';
import type { PlannedFault, TrainPlan } from '../plan.ts';
import {
  arrivals,
  atTheDesk,
  broughtBy,
  choices,
  decide,
  elder,
  eventsOf,
  runs,
  toFiles,
  troubles,
} from './events.ts';
import { inVainTwice, lostAnswer, ofCall } from './faults.ts';

const stillReady = fc.record({
  call: fc.constant('training' as const),
  nth: fc.constantFrom(1, 1, 2),
  times: fc.integer({ min: 1, max: 6 }),
  fault: fc.constant<CallFault>({ kind: 'still-ready' }),
});

/** A create that may have been taken, whose status does not say so yet; and perhaps what becomes of the next. */
const doubt = fc
  .record({ lost: lostAnswer, stillReady, next: fc.option(ofCall('create', 1)) })
  .map(({ lost, stillReady, next }): PlannedFault[] => [
    { call: 'create', nth: 1, times: 1, fault: lost },
    stillReady,
    ...(next ? [{ ...next, nth: 2 }] : []),
  ]);

/** One fault, or the two that are hardest to distinguish from a create that was never taken. */
const fault: fc.Arbitrary<readonly PlannedFault[]> = fc.oneof(
  ofCall('prepare', 2).map((it) => [it]),
  { weight: 3, arbitrary: ofCall('upload', 20).map((it) => [it]) },
  { weight: 2, arbitrary: ofCall('create', 3).map((it) => [it]) },
  ofCall('status', 30).map((it) => [it]),
  ofCall('training', 6).map((it) => [it]),
  doubt,
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

/** Enough songs, mostly few, or now and then too few; and some files that cannot become clips among them. */
const files: fc.Arbitrary<TrainPlan['files']> = fc
  .record({
    songs: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 6, max: 8 }) },
      { weight: 2, arbitrary: fc.integer({ min: 9, max: 22 }) },
      fc.integer({ min: 1, max: 5 }),
    ),
    others: fc.oneof(
      { weight: 2, arbitrary: fc.constant<TrainPlan['files']>([]) },
      fc.array(fc.constantFrom<TrainPlan['files'][number][]>('refused', 'text', 'copy'), {
        minLength: 1,
        maxLength: 2,
      }),
    ),
  })
  .map(({ songs, others }) => [
    ...others.filter((it) => it !== 'copy'),
    ...Array.from({ length: songs }, (): Content => 'song'),
    ...others.filter((it) => it === 'copy'),
  ]);

/** Sessions of 1 to 24 tracks with what is to go wrong and what persons do meanwhile. */
export const trainPlans: fc.Arbitrary<TrainPlan> = fc
  .record({
    machine: fc.constant('train-model' as const),
    seed: fc.nat(),
    by: broughtBy,
    files,
    arrivals,
    elder,
    skipInvalid: fc.boolean(),
    minClips: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.integer({ min: 6, max: 9 })),
    review: fc.nat({ max: 4 }).map((n) => n === 0),
    troubles: troubles(
      fc.array(fault, { maxLength: 5, size: 'max' }).map((faults) => faults.flat()),
      command,
      inVainTwice('create'),
    ),
    events,
    choices,
  })
  .map(({ troubles, ...plan }) => ({ ...plan, ...troubles }));
