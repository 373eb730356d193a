import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { settledCreateErrors } from '../../functions/shared/errors.ts';
import { type Functions, failing, play } from './played-machine.ts';

const sessionId = 'session';
const ids = { sessionId, trackId: 'track' };
const initialLoopState = { wait: 0, waited: 0, total: 0, checks: 0, refusals: 0, verdict: 'again' };
const at = (verdict: string, wait = 0) => ({ ...ids, ...initialLoopState, wait, verdict });

/** Functions with which every step succeeds at once. */
const smooth: Readonly<Record<string, Functions>> = {
  'train-model': {
    'Prepare session': () => ({ ...at('done'), tracks: [ids] }),
    'Submit upload': () => at('waiting', 12),
    'Check upload': () => at('done'),
    // As the function does, it fails with what ended a slice.
    'Enough clips?': ({ uploads }) => {
      const ended = z
        .array(z.object({ error: z.object({ Error: z.string() }).optional() }))
        .parse(uploads ?? []);
      const { error } = ended.find((slice) => slice.error) ?? {};
      return error ? failing(error.Error) : { sessionId, review: false };
    },
    'Create model': () => ({ ...at('waiting', 100), sessionId }),
    'Check training': () => ({ ...at('done'), sessionId }),
    'Record failure': () => ({ error: 'Named', cause: 'told' }),
  },
  'upload-batch': {
    'Prepare batch': () => ({ ...at('done'), tracks: ['track'] }),
    'Inspect file': () => ids,
    'Submit upload': () => at('waiting', 12),
    'Check upload': () => at('done'),
    'Reconcile clips': () => ({ sessionId, wait: 0, waited: 0, verdict: 'done' }),
    'Record failure': () => ({ error: 'Named', cause: 'told' }),
  },
  'generate-music': {
    'Request music': () => ({ ...at('waiting', 25), sessionId }),
    'Check music': () => ({ ...at('done'), sessionId }),
    'Copy audio': () => ({ ...at('done'), sessionId }),
    'Record failure': () => ({ error: 'Named', cause: 'told' }),
  },
};

const run = (machine: string, changed: Functions = {}) =>
  play(machine, { sessionId }, { ...smooth[machine], ...changed });

type Played = Awaited<ReturnType<typeof play>>;
const path = ({ calls }: Played) => calls.map(({ state }) => state);
const momentsOf = ({ calls }: Played, name: string) =>
  calls.flatMap(({ state, at: moment }) => (state === name ? [moment] : []));
/** What a state's function got the last time. */
const inputOf = ({ calls }: Played, name: string) =>
  calls.findLast(({ state }) => state === name)?.event.input;

describe('a run in which nothing goes wrong', () => {
  test.each([
    [
      'train-model',
      ['Prepare session', 'Submit upload', 'Check upload', 'Enough clips?', 'Create model', 'Check training'],
    ],
    ['upload-batch', ['Prepare batch', 'Inspect file', 'Submit upload', 'Check upload', 'Reconcile clips']],
    ['generate-music', ['Request music', 'Check music', 'Copy audio']],
  ])('of %s calls each function once, in its order', async (machine, states) => {
    const played = await run(machine);
    expect(played.status).toBe('SUCCEEDED');
    expect(path(played)).toEqual(states);
  });

  test('each file gets the ids of its session and its track, and of the batch a file sees nothing else', async () => {
    const batch = await run('upload-batch');
    expect(inputOf(batch, 'Inspect file')).toEqual(ids);
    expect(inputOf(batch, 'Reconcile clips')).toEqual({ ...at('done'), trackId: 'track', tracks: {} });
    const training = await run('train-model');
    expect(inputOf(training, 'Submit upload')).toEqual(ids);
  });

  test.each([
    ['train-model', 'Create model'],
    ['generate-music', 'Request music'],
  ])('%s comes to %s with the position of a loop that has not called yet', async (machine, state) => {
    expect(inputOf(await run(machine), state)).toMatchObject({ sessionId, ...initialLoopState });
  });
});

describe('a wait lasts as long as the function before it says', () => {
  test.each([
    ['train-model', 'Prepare session', 'Prepare session', { ...at('waiting', 30), tracks: [] }],
    ['train-model', 'Check upload', 'Check upload', at('waiting', 30)],
    ['train-model', 'Check training', 'Check training', { ...at('waiting', 30), sessionId }],
    ['upload-batch', 'Prepare batch', 'Prepare batch', { ...at('waiting', 30), tracks: [] }],
    ['upload-batch', 'Check upload', 'Check upload', at('waiting', 30)],
    ['upload-batch', 'Reconcile clips', 'Reconcile clips', { ...at('waiting', 30), sessionId }],
    ['generate-music', 'Check music', 'Check music', { ...at('waiting', 30), sessionId }],
    ['generate-music', 'Copy audio', 'Copy audio', { ...at('waiting', 30), sessionId }],
  ])('%s: %s, and %s is called again after it', async (machine, waiting, next, state) => {
    const played = await run(machine, {
      [waiting]: (input, before) => (before === 0 ? state : smooth[machine]?.[waiting]?.(input, before)),
    });
    const [first = 0, second] = momentsOf(played, next);
    expect(second).toBe(first + 30);
    expect(played.status).toBe('SUCCEEDED');
  });

  test.each([
    ['train-model', 'Check upload', 'Submit upload'],
    ['train-model', 'Check training', 'Create model'],
    ['upload-batch', 'Check upload', 'Submit upload'],
    ['generate-music', 'Check music', 'Request music'],
  ])('%s: after the verdict "again" of %s, calls %s at once once more', async (machine, check, submit) => {
    const played = await run(machine, {
      [check]: (input, before) =>
        before === 0 ? at('again', 30) : smooth[machine]?.[check]?.(input, before),
    });
    const [asked = 0] = momentsOf(played, check);
    expect(momentsOf(played, submit)[1]).toBe(asked);
    expect(played.status).toBe('SUCCEEDED');
  });
});

describe('a track that failed is data', () => {
  test.each([
    ['train-model', 'Enough clips?'],
    ['upload-batch', 'Reconcile clips'],
  ])('%s goes on to %s with it', async (machine, next) => {
    const played = await run(machine, { 'Check upload': () => at('failed') });
    expect(path(played)).toContain(next);
    expect(played.status).toBe('SUCCEEDED');
  });

  test('a file of a batch whose function fails stops no other file', async () => {
    const played = await run('upload-batch', {
      'Prepare batch': () => ({ ...at('done'), tracks: ['one', 'two'] }),
      'Inspect file': ({ trackId }) => (trackId === 'one' ? failing('Unexpected') : { ...ids, trackId }),
    });
    expect(inputOf(played, 'Submit upload')).toEqual({ sessionId, trackId: 'two' });
    expect(path(played)).toContain('Reconcile clips');
    expect(played.status).toBe('SUCCEEDED');
  });
});

test('a run after create was called uploads nothing, and opens no Map', async () => {
  const played = await run('train-model', { 'Prepare session': () => ({ ...at('done'), tracks: [] }) });
  expect(path(played)).toEqual(['Prepare session', 'Enough clips?', 'Create model', 'Check training']);
  expect(played.status).toBe('SUCCEEDED');
});

test('a slice whose function fails stops its own tracks and no other slice, and fails the run by its name', async () => {
  const tracks = Array.from({ length: 40 }, (_, index) => ({ sessionId, trackId: `${index}` }));
  const played = await run('train-model', {
    'Prepare session': () => ({ ...at('done'), tracks }),
    'Submit upload': (input) =>
      input.trackId === '0' ? failing('ProviderAuth') : { ...at('waiting', 12), ...input },
  });
  expect(played).toMatchObject({ status: 'FAILED', error: 'Named' });
  expect(played.calls.at(-1)?.event).toMatchObject({ error: { Error: 'ProviderAuth' } });
  const checked = played.calls.flatMap(({ state, event }) =>
    state === 'Check upload' ? [Object(event.input).trackId] : [],
  );
  expect(checked).toContain('39');
  expect(checked.length).toBeLessThan(39);
});

test('a session that asks for a review ends green before the training, and nothing is bought', async () => {
  const played = await run('train-model', { 'Enough clips?': () => ({ sessionId, review: true }) });
  expect(played.status).toBe('SUCCEEDED');
  expect(path(played)).not.toContain('Create model');
});

/** Steps that come once in a run. */
const once = [
  ['train-model', 'Prepare session'],
  ['train-model', 'Enough clips?'],
  ['upload-batch', 'Prepare batch'],
  ['upload-batch', 'Reconcile clips'],
] as const;
/** Steps that come round after round. */
const rounds = [
  ['train-model', 'Submit upload'],
  ['train-model', 'Check upload'],
  ['train-model', 'Check training'],
  ['upload-batch', 'Inspect file'],
  ['upload-batch', 'Submit upload'],
  ['upload-batch', 'Check upload'],
  ['generate-music', 'Check music'],
  ['generate-music', 'Copy audio'],
] as const;
/** The calls that are paid. */
const paid = [
  ['train-model', 'Create model', 'Check training'],
  ['generate-music', 'Request music', 'Check music'],
] as const;

const invocation = [
  'Lambda.TooManyRequestsException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
];
const cutOff = [
  'Lambda.Unknown',
  'Sandbox.Timedout',
  'Runtime.ExitError',
  'Runtime.OutOfMemory',
  'States.Timeout',
];
/** Seconds after the first call at which a step is called again at the latest, by what ended it each time. */
const repeats: readonly [name: string, after: readonly number[]][] = [
  ...invocation.map((name): [string, number[]] => [name, [4, 12, 28, 60, 124]]),
  ...cutOff.map((name): [string, number[]] => [name, [5]]),
  ['StorageUnavailable', [2, 8, 26]],
  ['RecordConflict', [1, 3, 7]],
  ['AccessDenied', []],
  ['Unexpected', []],
];
/** One of each kind; every name is tried at the first step of each list. */
const kinds = [
  'Lambda.TooManyRequestsException',
  'States.Timeout',
  'StorageUnavailable',
  'RecordConflict',
  'Unexpected',
];
const triedAt = (state: string) =>
  ['Prepare session', 'Submit upload'].includes(state)
    ? repeats
    : repeats.filter(([name]) => kinds.includes(name));
const afterFirst = (moments: readonly number[]) =>
  moments.slice(1).map((moment) => moment - (moments[0] ?? 0));
const everyCallFails = (state: string, name: string): Functions => ({ [state]: () => failing(name) });

describe('a step that fails is repeated, by what ended it', () => {
  test.each(once)('%s: %s, more patiently since it comes once', async (machine, state) => {
    for (const [name, after] of triedAt(state)) {
      const played = await run(machine, everyCallFails(state, name));
      expect(afterFirst(momentsOf(played, state)), name).toEqual(after);
      expect(played, name).toMatchObject({ status: 'FAILED', error: 'Named', cause: 'told' });
    }
  });

  test.each(rounds)(
    '%s: %s, after up to 5, 15, 45 and 60 seconds, since it comes often',
    async (machine, state) => {
      for (const [name, after] of triedAt(state)) {
        const played = await run(machine, everyCallFails(state, name));
        expect(afterFirst(momentsOf(played, state)), name).toEqual(after.length > 0 ? [5, 20, 65, 125] : []);
      }
    },
  );

  test.each(Object.keys(smooth))('%s: Record failure, as a step that comes once', async (machine) => {
    const first = path(await run(machine))[0] ?? '';
    const start = machine === 'generate-music' ? 'Check music' : first;
    for (const [name, after] of triedAt('Record failure')) {
      const played = await run(machine, {
        ...everyCallFails(start, 'Unexpected'),
        ...everyCallFails('Record failure', name),
      });
      expect(afterFirst(momentsOf(played, 'Record failure')), name).toEqual(after);
      expect(played, name).toMatchObject({ status: 'FAILED', error: name });
    }
  });

  test.each([
    ['train-model', 'Prepare session'],
    ['upload-batch', 'Prepare batch'],
  ])(
    '%s: %s alone is repeated for the provider, for it costs little to call twice',
    async (machine, state) => {
      const repeated = async (name: string) =>
        afterFirst(momentsOf(await run(machine, everyCallFails(state, name)), state));
      expect(await repeated('ProviderUnreachable')).toEqual([5, 20, 65]);
      expect(await repeated('ProviderAnswerLost')).toEqual([5]);
      expect(await repeated('ProviderThrottled')).toEqual([]);
      for (const [other, step] of [...once, ...rounds]) {
        if (other !== machine || step === state) continue;
        for (const name of ['ProviderUnreachable', 'ProviderAnswerLost', 'ProviderThrottled']) {
          const played = await run(machine, everyCallFails(step, name));
          expect(momentsOf(played, step), `${step}, ${name}`).toHaveLength(1);
        }
      }
    },
  );
});

describe('a paid call is made once, however it ends', () => {
  test.each(paid)('%s: %s, and a settled end is recorded', async (machine, state, check) => {
    for (const name of settledCreateErrors) {
      const played = await run(machine, everyCallFails(state, name));
      expect(momentsOf(played, state), name).toHaveLength(1);
      expect(path(played), name).not.toContain(check);
      expect(played.calls.at(-1), name).toMatchObject({
        state: 'Record failure',
        event: { error: { Error: name } },
      });
      expect(played, name).toMatchObject({ status: 'FAILED', error: 'Named', cause: 'told' });
    }
  });

  test.each(paid)(
    '%s: %s, and any other end is looked into after five seconds',
    async (machine, state, check) => {
      const doubtful = ['Lambda.Unknown', 'Sandbox.Timedout', 'ProviderAnswerLost', 'ProviderThrottled'];
      for (const name of [...kinds, ...doubtful]) {
        const played = await run(machine, everyCallFails(state, name));
        const [called = 0, ...more] = momentsOf(played, state);
        expect(more, name).toEqual([]);
        expect(momentsOf(played, check), name).toEqual([called + 5]);
        expect(inputOf(played, check), name).toEqual({
          ...{ sessionId, ...initialLoopState, wait: 5, refusals: 1, verdict: 'waiting' },
          lost: { Error: name, Cause: expect.stringContaining('it is so') },
        });
        expect(played.status, name).toBe('SUCCEEDED');
      }
    },
  );

  test.each(paid)(
    '%s: a call of %s that is cut off later keeps the time and the checks so far',
    async (machine, state, check) => {
      const position = {
        sessionId,
        wait: 0,
        waited: 40,
        total: 70,
        checks: 3,
        refusals: 2,
        verdict: 'again',
      };
      const played = await run(machine, {
        [state]: (_, before) =>
          before === 0 ? { ...position, wait: 10, verdict: 'waiting' } : failing('Sandbox.Timedout'),
        [check]: (_, before) => (before === 0 ? position : { ...position, verdict: 'done' }),
      });
      expect(inputOf(played, check)).toMatchObject({
        sessionId,
        wait: 5,
        waited: 0,
        total: 70,
        checks: 3,
        refusals: 3,
      });
    },
  );
});

describe('an error that nothing repeats', () => {
  test.each([
    ...once,
    ['train-model', 'Submit upload'],
    ['train-model', 'Check upload'],
    ['train-model', 'Check training'],
    ['generate-music', 'Check music'],
    ['generate-music', 'Copy audio'],
  ] as const)(
    '%s: at %s is recorded with its words and the session, and ends the run',
    async (machine, state) => {
      const played = await run(machine, everyCallFails(state, 'ProviderAuth'));
      expect(played).toMatchObject({ status: 'FAILED', error: 'Named', cause: 'told' });
      const recorded = played.calls.at(-1);
      expect(recorded?.state).toBe('Record failure');
      expect(recorded?.event).toMatchObject({
        execution: { Id: expect.stringContaining(`:${machine}:run`), Name: 'run' },
        input: { sessionId },
        error: { Error: 'ProviderAuth', Cause: expect.stringContaining('it is so') },
      });
    },
  );
});
