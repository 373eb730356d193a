import * as fc from 'fast-check';
import type { ProviderCall } from '../../functions/provider/provider.ts';
import type { Content } from './rig/audio-bucket.ts';
import type { Decision } from './rig/person.ts';
import type { CallFault } from './rig/provider.ts';

/** When something happens: at the nth step of all, or at the nth that functions of this name make. */
export interface Moment {
  readonly by?: string;
  readonly nth: number;
}

/** What a person, or the schedule, does. `twice`: the same request comes in two times at once. */
export type Command =
  | { readonly do: 'start' | 'resume' | 'approve' | 'cancel' | 'sweep'; readonly twice: boolean }
  | { readonly do: 'decide'; readonly choice: Decision; readonly twice: boolean }
  | { readonly do: 'replace'; readonly track: number; readonly content: Content }
  | { readonly do: 'delete' | 'overwrite'; readonly track: number };

/** What goes wrong under a function. */
export type Breakage = {
  readonly do: 'timed-out' | 'out-of-memory' | 'process-killed' | 'throttled' | 'conflict' | 'thrown';
  readonly when: 'before' | 'after';
};

export interface PlannedEvent {
  readonly at: Moment;
  /** Of a command: is it carried out whole before the function at hand goes on? */
  readonly first: boolean;
  readonly what: Command | Breakage;
}

/** The provider's calls, and apart from the other status calls those that ask about the training. */
export type PlannedCall = ProviderCall | 'training';

export interface PlannedFault {
  readonly call: PlannedCall;
  /** 1 for the first call of its kind. */
  readonly nth: number;
  /** Calls in a row that it hits. */
  readonly times: number;
  readonly fault: CallFault;
}

/** Everything that a run is made of: the same plan is the same run. */
export interface Plan {
  readonly seed: number;
  readonly files: readonly Content[];
  readonly skipInvalid: boolean;
  readonly review: boolean;
  readonly faults: readonly PlannedFault[];
  readonly events: readonly PlannedEvent[];
  /** What is asked for when nothing runs any more, one after the other; faults go on meanwhile. */
  readonly later: readonly Command[];
  /** What the person decides when asked, first to last; then they call create again. */
  readonly choices: readonly Decision[];
}

const html = '<html><body><h1>Bad gateway</h1></body></html>';

const lostAnswer: fc.Arbitrary<CallFault> = fc.oneof(
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

const ofCall = (call: PlannedCall, mostCalls: number): fc.Arbitrary<PlannedFault> =>
  fc.record({
    call: fc.constant(call),
    nth: fc.integer({ min: 1, max: mostCalls }),
    times: fc.constantFrom(1, 1, 1, 1, 2, 4, 8),
    fault:
      call === 'upload' || call === 'create'
        ? fc.oneof({ weight: 4, arbitrary: lostAnswer }, { weight: 2, arbitrary: notTaken }, refusal, {
            weight: 2,
            arbitrary: task,
          })
        : fc.oneof({ weight: 2, arbitrary: lostAnswer }, notTaken, refusal),
  });

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

/** Functions worth aiming at: how much, and about how many steps they make in a run. */
const aims: readonly { readonly by: string; readonly weight: number; readonly steps: number }[] = [
  { by: 'Create model', weight: 8, steps: 6 },
  { by: 'Check training', weight: 3, steps: 12 },
  { by: 'Submit upload', weight: 3, steps: 30 },
  { by: 'Check upload', weight: 2, steps: 30 },
  { by: 'Prepare session', weight: 2, steps: 20 },
  { by: 'Enough clips?', weight: 1, steps: 3 },
  { by: 'Record failure', weight: 1, steps: 3 },
  { by: 'start', weight: 1, steps: 4 },
  { by: 'resume', weight: 1, steps: 4 },
  { by: 'decide', weight: 2, steps: 4 },
  { by: 'cancel', weight: 2, steps: 5 },
  { by: 'sweep', weight: 1, steps: 5 },
];

const moment: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ nth: fc.integer({ min: 1, max: 250 }) }) },
  ...aims.map(({ by, weight, steps }) => ({
    weight,
    arbitrary: fc.record({ by: fc.constant(by), nth: fc.integer({ min: 1, max: steps }) }),
  })),
);

const breakage: fc.Arbitrary<Breakage> = fc.record({
  do: fc.constantFrom('timed-out', 'out-of-memory', 'process-killed', 'throttled', 'conflict', 'thrown'),
  when: fc.constantFrom('before', 'after'),
});

const twice = fc.boolean();
const content = fc.constantFrom<Content[]>('song', 'song', 'refused', 'text');
const choice = fc.constantFrom<Decision[]>('check-again', 'create-again', 'abandon');
const track = fc.integer({ min: 0, max: 23 });
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('start', 'resume', 'resume', 'approve', 'cancel', 'cancel', 'sweep'),
      twice,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('decide' as const),
      choice: fc.constantFrom<Decision[]>('check-again', 'check-again', 'create-again'),
      twice,
    }),
  },
  fc.record({ do: fc.constant('replace' as const), track, content }),
  fc.record({ do: fc.constantFrom('delete', 'overwrite'), track }),
);

const event: fc.Arbitrary<PlannedEvent> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ at: moment, first: fc.boolean(), what: fc.oneof(breakage, command) }) },
  // Around the call that costs the most: its intent, itself, and the write of what came of it.
  fc.record({
    at: fc.record({ by: fc.constant('Create model'), nth: fc.integer({ min: 3, max: 6 }) }),
    first: fc.constant(true),
    what: breakage,
  }),
  fc.record({
    at: fc.record({
      by: fc.constantFrom('Create model', 'Enough clips?'),
      nth: fc.integer({ min: 1, max: 4 }),
    }),
    first: fc.constant(true),
    what: fc.record({ do: fc.constant('cancel' as const), twice }),
  }),
);

/** Files of a session: enough songs, mostly few, and some that cannot become clips among them. */
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
export const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.nat(),
  files,
  skipInvalid: fc.nat({ max: 4 }).map((n) => n > 0),
  review: fc.nat({ max: 4 }).map((n) => n === 0),
  faults: fc.array(fault, { maxLength: 5, size: 'max' }).map((faults) => faults.flat()),
  events: fc.array(event, { maxLength: 5, size: 'max' }),
  later: fc.array(command, { maxLength: 3, size: 'max' }),
  choices: fc.array(choice, { maxLength: 3, size: 'max' }),
});
