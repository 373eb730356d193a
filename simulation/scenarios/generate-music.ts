import * as fc from 'fast-check';
import { clipCall } from '../harness/clip-audio.ts';
import type { CallFault } from '../harness/provider.ts';
import type { MusicPlan, PlannedFault } from '../plan.ts';
import { atTheDesk, choices, decide, elder, eventsOf, runs, troubles } from './events.ts';
import { inVainTwice, ofCall } from './faults.ts';

/** What goes wrong with a clip's audio: for once, for a while, or for longer than it is waited for. */
const ofAudio: fc.Arbitrary<PlannedFault> = fc.record({
  call: fc.constant(clipCall),
  nth: fc.integer({ min: 1, max: 6 }),
  times: fc.constantFrom(1, 1, 2, 5, 100),
  fault: fc.oneof(
    fc.constantFrom<CallFault>(
      { kind: 'refused' },
      { kind: 'reset-before' },
      { kind: 'timeout-before' },
      { kind: 'half' },
      { kind: 'body', body: '<html>Not yet.</html>' },
      { kind: 'body', body: '' },
    ),
    fc.record({ kind: fc.constant('status' as const), status: fc.constantFrom(403, 404, 429, 500) }),
  ),
});

const fault = fc.oneof(
  { weight: 5, arbitrary: ofCall('generate', 3) },
  { weight: 2, arbitrary: ofCall('music', 5) },
  { weight: 2, arbitrary: ofCall('links', 4) },
  { weight: 3, arbitrary: ofAudio },
  ofCall('credits', 2),
);

const command = fc.oneof({ weight: 3, arbitrary: runs }, { weight: 2, arbitrary: decide });

const events = eventsOf({
  aims: [
    { by: 'generate', weight: 2, steps: 6 },
    { by: 'Request music', weight: 8, steps: 8 },
    { by: 'Check music', weight: 4, steps: 10 },
    { by: 'Copy audio', weight: 6, steps: 20 },
    { by: 'Record failure', weight: 1, steps: 3 },
    ...atTheDesk,
  ],
  steps: 50,
  command,
  // Its intent, the call, and the write of what came of it.
  around: { by: 'Request music', from: 3, to: 7 },
  cancelAt: ['Request music', 'Check music', 'Copy audio'],
});

/** One piece of music, with what is to go wrong and what persons do meanwhile. */
export const musicPlans: fc.Arbitrary<MusicPlan> = fc
  .record({
    machine: fc.constant('generate-music' as const),
    seed: fc.nat(),
    elder,
    locks: fc.option(
      fc.record({
        unlocksPerMonth: fc.integer({ min: 0, max: 3 }),
        lockShownBy: fc.constantFrom('link', 'flag', 'host'),
      }),
      { freq: 4, nil: undefined },
    ),
    troubles: troubles(fc.array(fault, { maxLength: 5, size: 'max' }), command, inVainTwice('generate')),
    events,
    choices,
  })
  .map(({ troubles, ...plan }) => ({ ...plan, ...troubles }));
