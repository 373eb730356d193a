import * as fc from 'fast-check';
import type { BatchPlan } from '../plan.ts';
import { arrivals, atTheDesk, broughtBy, choices, decide, elder, eventsOf, runs, toFiles } from './events.ts';
import { ofCall } from './faults.ts';

const fault = fc.oneof(
  { weight: 2, arbitrary: ofCall('openBatch', 3) },
  { weight: 4, arbitrary: ofCall('addToBatch', 12) },
  { weight: 2, arbitrary: ofCall('status', 20) },
  { weight: 2, arbitrary: ofCall('list', 4) },
  ofCall('credits', 2),
);

const command = fc.oneof(
  { weight: 4, arbitrary: runs },
  { weight: 1, arbitrary: decide },
  { weight: 3, arbitrary: toFiles },
);

const events = eventsOf({
  aims: [
    { by: 'Prepare batch', weight: 5, steps: 10 },
    { by: 'Inspect file', weight: 3, steps: 30 },
    { by: 'Submit upload', weight: 6, steps: 30 },
    { by: 'Check upload', weight: 4, steps: 30 },
    { by: 'Reconcile clips', weight: 4, steps: 6 },
    { by: 'Record failure', weight: 1, steps: 3 },
    ...atTheDesk,
  ],
  steps: 200,
  command,
  // One file's announcement, the call, and the write of what came of it.
  around: { by: 'Submit upload', from: 3, to: 8 },
  cancelAt: ['Prepare batch', 'Submit upload', 'Reconcile clips'],
});

const file = fc.constantFrom<BatchPlan['files'][number][]>(
  ...(['song', 'song', 'song', 'song', 'song', 'copy', 'refused', 'text'] as const),
);

/** Batches of 1 to 24 files, mostly few, all kinds of files among them, with what goes wrong meanwhile. */
export const batchPlans: fc.Arbitrary<BatchPlan> = fc.record({
  machine: fc.constant('upload-batch' as const),
  seed: fc.nat(),
  by: broughtBy,
  arrivals,
  elder,
  files: fc.oneof(
    { weight: 6, arbitrary: fc.array(file, { minLength: 1, maxLength: 7, size: 'max' }) },
    fc.array(file, { minLength: 8, maxLength: 24, size: 'max' }),
  ),
  slice: fc.constantFrom(2, 5, 24, 24),
  faults: fc.array(fault, { maxLength: 5, size: 'max' }),
  events,
  later: fc.array(command, { maxLength: 3, size: 'max' }),
  choices,
});
