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
  readonly what: Command | Breakage;
}

export interface PlannedFault {
  readonly call: ProviderCall;
  /** 1 for the first call of its kind. */
  readonly nth: number;
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

const ofCall = (call: ProviderCall, mostCalls: number): fc.Arbitrary<PlannedFault> =>
  fc.record({
    call: fc.constant(call),
    nth: fc.integer({ min: 1, max: mostCalls }),
    fault:
      call === 'upload' || call === 'create'
        ? fc.oneof({ weight: 4, arbitrary: lostAnswer }, { weight: 2, arbitrary: notTaken }, refusal, {
            weight: 2,
            arbitrary: task,
          })
        : fc.oneof({ weight: 2, arbitrary: lostAnswer }, notTaken, refusal),
  });

const fault = fc.oneof(
  ofCall('prepare', 2),
  { weight: 3, arbitrary: ofCall('upload', 20) },
  { weight: 3, arbitrary: ofCall('create', 3) },
  { weight: 2, arbitrary: ofCall('status', 60) },
);

/** Names of functions worth aiming at, and about how many steps they make in a run. */
const aims: readonly [name: string, steps: number][] = [
  ['Create model', 8],
  ['Check training', 12],
  ['Submit upload', 40],
  ['Check upload', 60],
  ['Prepare session', 20],
  ['Enough clips?', 4],
  ['Record failure', 4],
  ['start', 4],
  ['resume', 6],
  ['decide', 6],
  ['cancel', 5],
  ['sweep', 5],
];

const moment: fc.Arbitrary<Moment> = fc.oneof(
  fc.record({ nth: fc.integer({ min: 1, max: 500 }) }),
  fc
    .constantFrom(...aims)
    .chain(([by, most]) => fc.record({ by: fc.constant(by), nth: fc.integer({ min: 1, max: most }) })),
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
  fc.record({ do: fc.constantFrom('start', 'resume', 'approve', 'cancel', 'sweep'), twice }),
  fc.record({
    do: fc.constant('decide' as const),
    choice: fc.constantFrom<Decision[]>('check-again', 'check-again', 'create-again'),
    twice,
  }),
  fc.record({ do: fc.constant('replace' as const), track, content }),
  fc.record({ do: fc.constantFrom('delete', 'overwrite'), track }),
);

/** Sessions of 6 to 24 tracks, mostly few, with what is to go wrong and what persons do meanwhile. */
export const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.nat(),
  files: fc.oneof(
    { weight: 3, arbitrary: fc.array(content, { minLength: 6, maxLength: 9 }) },
    { weight: 3, arbitrary: fc.array(fc.constant<Content>('song'), { minLength: 6, maxLength: 9 }) },
    fc.array(content, { minLength: 10, maxLength: 24, size: 'max' }),
  ),
  skipInvalid: fc.boolean(),
  review: fc.nat({ max: 4 }).map((n) => n === 0),
  faults: fc.array(fault, { maxLength: 6, size: 'max' }),
  events: fc.array(fc.record({ at: moment, what: fc.oneof(breakage, command) }), {
    maxLength: 6,
    size: 'max',
  }),
  choices: fc.array(choice, { maxLength: 3, size: 'max' }),
});
