import { expect, test } from 'vitest';
import { AwsError } from '../../../../packages/local-aws/aws-error.ts';
import { LambdaError } from '../../../../packages/local-aws/lambda.ts';
import { virtualClock } from '../../../../packages/local-servers/clock.ts';
import { benchWith, executionArn, functionArn } from './machine-fixture.ts';

const task = (name: string, more: object = {}) => ({ Type: 'Task', Resource: functionArn(name), ...more });
const start = Date.UTC(2026, 0, 1) / 1000;

test('a retrier waits its interval by the clock, grows it, stops at its longest and then gives up', async () => {
  const times: number[] = [];
  const bench = await benchWith(
    {
      StartAt: 'Try',
      States: {
        Try: task('fails', {
          Retry: [
            { ErrorEquals: ['Never'], MaxAttempts: 9 },
            {
              ErrorEquals: ['Busy'],
              IntervalSeconds: 10,
              BackoffRate: 2,
              MaxDelaySeconds: 30,
              MaxAttempts: 3,
            },
          ],
          End: true,
        }),
      },
    },
    {
      fails: () => {
        times.push(bench.clock.now() / 1000 - start);
        throw new LambdaError('Busy', 'later');
      },
    },
  );
  expect(await bench.run({})).toMatchObject({
    status: 'FAILED',
    error: 'Busy',
    cause: '{"errorType":"Busy","errorMessage":"later"}',
  });
  expect(times).toEqual([0, 10, 30, 60]);
  expect((await bench.types()).filter((type) => type === 'LambdaFunctionFailed')).toHaveLength(4);
  expect((await bench.types()).filter((type) => type === 'TaskStateEntered')).toHaveLength(1);
});

test('each retrier counts for itself, and full jitter waits a part of the interval', async () => {
  const errors = ['A', 'B', 'A', 'B'];
  const bench = await benchWith(
    {
      StartAt: 'Try',
      States: {
        Try: task('fails', {
          Retry: [
            {
              ErrorEquals: ['A'],
              MaxAttempts: 2,
              IntervalSeconds: 100,
              BackoffRate: 1,
              JitterStrategy: 'FULL',
            },
            { ErrorEquals: ['States.TaskFailed'], MaxAttempts: 2, IntervalSeconds: 1, BackoffRate: 1 },
          ],
          End: true,
        }),
      },
    },
    {
      fails: () => {
        const error = errors.shift();
        if (error) throw new LambdaError(error, '');
        return 'at last';
      },
    },
    { random: () => 0.25 },
  );
  expect(await bench.run({})).toMatchObject({ output: '"at last"', stopDate: start + 52 });
});

test('catchers match in order, by the name that the function threw', async () => {
  const bench = await benchWith(
    {
      StartAt: 'Try',
      States: {
        Try: task('fails', {
          Catch: [
            { ErrorEquals: ['Other', 'NotEnoughClips'], ResultPath: '$.error', Next: 'Expected' },
            { ErrorEquals: ['States.ALL'], Next: 'Unexpected' },
          ],
          End: true,
        }),
        Expected: { Type: 'Fail', ErrorPath: '$.error.Error', CausePath: '$.error.Cause' },
        Unexpected: { Type: 'Succeed' },
      },
    },
    {
      fails: ({ error }: { error: string }) => {
        throw new LambdaError(error, 'why', ['trace']);
      },
    },
  );
  expect(await bench.run({ error: 'NotEnoughClips' }, 'one')).toMatchObject({
    status: 'FAILED',
    error: 'NotEnoughClips',
    cause: '{"errorType":"NotEnoughClips","errorMessage":"why","trace":["trace"]}',
  });
  expect(await bench.run({ error: 'Sandbox.Timedout' }, 'two')).toMatchObject({
    status: 'SUCCEEDED',
    output: expect.stringContaining('"Error":"Sandbox.Timedout"'),
  });
  expect(await bench.types('one')).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'LambdaFunctionScheduled',
    'LambdaFunctionStarted',
    'LambdaFunctionFailed',
    'TaskStateExited',
    'FailStateEntered',
    'ExecutionFailed',
  ]);
});

test('a role that may not invoke fails the task as Lambda does, with role, action and resource', async () => {
  const bench = await benchWith(
    { StartAt: 'Try', States: { Try: task('shut', { End: true }) } },
    {
      shut: () => {
        throw new AwsError('AccessDeniedException', 403, 'role/m may not lambda:InvokeFunction on shut');
      },
    },
  );
  expect(await bench.run({})).toMatchObject({
    error: 'Lambda.AWSLambdaException',
    cause: expect.stringContaining('role/m may not lambda:InvokeFunction on shut'),
  });
});

test('a task that outlasts its time-out fails as States.Timeout, which States.TaskFailed does not match', async () => {
  const bench = await benchWith(
    {
      StartAt: 'Slow',
      States: {
        Slow: task('slow', {
          TimeoutSeconds: 0.05,
          Retry: [{ ErrorEquals: ['States.TaskFailed'], MaxAttempts: 5 }],
          End: true,
        }),
      },
    },
    { slow: () => new Promise((resolve) => setTimeout(resolve, 200)) },
  );
  const ended = await bench.run({});
  expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  expect(ended).not.toHaveProperty('cause');
  expect((await bench.types()).filter((type) => type === 'LambdaFunctionTimedOut')).toHaveLength(1);
});

test("a task's time-out does not count the time until this machine has a worker", async () => {
  const bench = await benchWith(
    { StartAt: 'Waits', States: { Waits: task('waits', { TimeoutSeconds: 0.02, End: true }) } },
    {
      async waits(_, __, wait) {
        wait?.began();
        await new Promise((resolve) => setTimeout(resolve, 40));
        wait?.ended();
      },
    },
  );
  expect(await bench.run({})).toMatchObject({ status: 'SUCCEEDED' });
});

test("a machine's time-out does not count the time until this machine has a worker", async () => {
  const clock = { ...virtualClock(start * 1000), busy: <T>(work: () => Promise<T>) => work() };
  const bench = await benchWith(
    {
      StartAt: 'Waits',
      TimeoutSeconds: 300,
      States: {
        Waits: task('waits', { Next: 'Wait' }),
        Wait: { Type: 'Wait', Seconds: 900, End: true },
      },
    },
    {
      async waits(_, __, wait) {
        wait?.began();
        await clock.sleep(400_000);
        wait?.ended();
      },
    },
    { clock },
  );
  expect(await bench.run({})).toMatchObject({ status: 'TIMED_OUT', stopDate: start + 400 + 300 });
});

test('a machine that outlasts its time-out is TIMED_OUT, the name only in its history', async () => {
  const bench = await benchWith({
    StartAt: 'Wait',
    TimeoutSeconds: 300,
    States: { Wait: { Type: 'Wait', Seconds: 900, End: true } },
  });
  const ended = await bench.run({});
  expect(ended).toMatchObject({ status: 'TIMED_OUT', stopDate: start + 300 });
  expect(ended).not.toHaveProperty('error');
  expect((await bench.events()).at(-1)).toMatchObject({
    type: 'ExecutionTimedOut',
    previousEventId: 0,
    executionTimedOutEventDetails: { error: 'States.Timeout' },
  });
});

test('a loop without end fails at its 25,000th event, as in AWS', async () => {
  const bench = await benchWith({
    StartAt: 'Round',
    States: { Round: { Type: 'Pass', Next: 'Round' } },
  });
  expect(await bench.run({})).toMatchObject({
    status: 'FAILED',
    error: 'States.Runtime',
    cause: 'The execution reached the maximum number of history events (25000).',
  });
  const { events } = await bench.call('GetExecutionHistory', {
    executionArn: executionArn('run'),
    reverseOrder: true,
    maxResults: 2,
  });
  expect(events).toMatchObject([
    { id: 25_000, previousEventId: 24_999, type: 'ExecutionFailed' },
    { id: 24_999 },
  ]);
});

const tooBig = 'x'.repeat(256 * 1024);

test('more than 256 KiB of state ends the execution', async () => {
  const bench = await benchWith({
    StartAt: 'Grow',
    States: { Grow: { Type: 'Pass', Result: tooBig, Next: 'Done' }, Done: { Type: 'Succeed' } },
  });
  expect(await bench.run({})).toMatchObject({
    status: 'FAILED',
    error: 'States.DataLimitExceeded',
    cause: expect.stringContaining("'Grow'"),
  });
});

test.each(['States.ALL', 'States.DataLimitExceeded'])(
  'a result of a task over 256 KiB fails the task, and %s catches it',
  async (name) => {
    const bench = await benchWith(
      {
        StartAt: 'Grow',
        States: {
          Grow: task('grow', { Catch: [{ ErrorEquals: [name], Next: 'Caught' }], End: true }),
          Caught: { Type: 'Pass', End: true },
        },
      },
      { grow: () => tooBig },
    );
    const { output } = await bench.run({});
    expect(JSON.parse(String(output))).toEqual({
      Error: 'States.DataLimitExceeded',
      Cause: `The state/task '${functionArn('grow')}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    });
    expect((await bench.types()).slice(3, 6)).toEqual([
      'LambdaFunctionStarted',
      'LambdaFunctionFailed',
      'TaskStateExited',
    ]);
  },
);

test.each([
  ['a state type', { X: { Type: 'Activity' } }, /machine m: States\.X\.Type/],
  ['a resource', { X: { Type: 'Task', Resource: 'arn:aws:states:::sns:publish' } }, /States\.X\.Resource/],
  ['a field', { X: { ...task('f'), HeartbeatSeconds: 5 } }, /HeartbeatSeconds/],
  ['JSONata', { X: { Type: 'Pass', QueryLanguage: 'JSONata' } }, /QueryLanguage/],
  ['a context path', { X: { Type: 'Pass', Parameters: { 'x.$': '$$.Task.Token' } } }, /\$\$\.Task\.Token/],
])('a machine with %s that is not known here does not start', async (_, states, message) => {
  await expect(benchWith({ StartAt: 'X', States: states })).rejects.toThrow(message);
});

test('a path that finds nothing ends the execution as States.Runtime', async () => {
  const bench = await benchWith({
    StartAt: 'Wait',
    States: { Wait: { Type: 'Wait', SecondsPath: '$.missing', End: true } },
  });
  expect(await bench.run({})).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
});
