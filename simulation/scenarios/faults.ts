import * as fc from 'fast-check';
import type { CallFault } from '../harness/provider.ts';
import type { PlannedCall, PlannedFault } from '../plan.ts';

const html = '<html><body><h1>Bad gateway</h1></body></html>';

/** Faults after which the caller cannot know whether the call was taken. */
export const lostAnswer: fc.Arbitrary<CallFault> = fc.oneof(
  fc.constantFrom<CallFault>(
    { kind: 'reset-before' },
    { kind: 'reset-after' },
    { kind: 'timeout-before' },
    { kind: 'timeout-after' },
    { kind: 'other-task-id' },
    { kind: 'body', body: '{"taskI' },
    { kind: 'body', body: '' },
    { kind: 'body', body: '{"taskId":7,"sessionId":[],"status":{}}' },
    { kind: 'body', body: '[1]', bytes: 1_200_000 },
  ),
  fc.record({
    kind: fc.constant('status' as const),
    status: fc.constantFrom(408, 500, 502, 503, 504),
    body: fc.constant(html),
    taken: fc.boolean(),
  }),
);

const notTaken: fc.Arbitrary<CallFault> = fc.oneof(
  fc.constant<CallFault>({ kind: 'refused' }),
  fc.constant<CallFault>({ kind: 'status', status: 429 }),
  fc.constant<CallFault>({ kind: 'status', status: 429, headers: { 'retry-after': '45' } }),
  fc.record({ kind: fc.constant('busy-until' as const), seconds: fc.integer({ min: 1, max: 90 }) }),
);

const envelope: fc.Arbitrary<CallFault> = fc.record({
  kind: fc.constant('envelope' as const),
  taken: fc.boolean(),
});

/** Calls whose answer gives an id, or that begin something which is given one; of music, those of its clips. */
const gives: ReadonlySet<PlannedCall> = new Set([
  'prepare',
  'upload',
  'create',
  'openBatch',
  'addToBatch',
  'generate',
  'music',
]);

const refusal: fc.Arbitrary<CallFault> = fc
  .constantFrom(400, 401, 402, 403, 404, 409, 422)
  .map((status) => ({ kind: 'status', status, body: { message: `Refused with ${status}.` } }));

const task: fc.Arbitrary<CallFault> = fc.constantFrom<CallFault>(
  { kind: 'task-failed', reason: 'Internal error, try again later.' },
  { kind: 'task-failed' },
  { kind: 'task-timeout' },
  { kind: 'never-ends' },
  { kind: 'backwards' },
  { kind: 'success-without-id' },
);

/** Calls that make a task, whose end can go wrong as well. */
const begins: ReadonlySet<PlannedCall> = new Set(['upload', 'create', 'addToBatch', 'generate']);

/** A fault of one call. @param mostCalls how many of its kind a run makes, about */
export const ofCall = (call: PlannedCall, mostCalls: number): fc.Arbitrary<PlannedFault> =>
  fc.record({
    call: fc.constant(call),
    nth: fc.integer({ min: 1, max: mostCalls }),
    times: fc.constantFrom(1, 1, 1, 1, 2, 4, 10),
    fault: fc.oneof(
      { weight: begins.has(call) ? 4 : 2, arbitrary: lostAnswer },
      { weight: begins.has(call) ? 2 : 1, arbitrary: notTaken },
      refusal,
      envelope,
      { weight: begins.has(call) ? 2 : 0, arbitrary: task },
      {
        weight: gives.has(call) ? 1 : 0,
        arbitrary: fc.constant<CallFault>({ kind: 'seen-before' }),
      },
    ),
  });

/** A paid call that is in doubt or in vain, and what becomes of the one that a person allows after it. */
export const inVainTwice = (call: 'create' | 'generate'): fc.Arbitrary<readonly PlannedFault[]> =>
  fc
    .record({ first: fc.oneof(lostAnswer, { weight: 3, arbitrary: task }), second: ofCall(call, 1) })
    .map(({ first, second }) => [
      { call, nth: 1, times: 1, fault: first },
      { ...second, nth: 2 },
    ]);
