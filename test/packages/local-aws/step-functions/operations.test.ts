import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { AwsError } from '../../../../packages/local-aws/aws-error.ts';
import { virtualClock } from '../../../../packages/local-servers/clock.ts';
import { benchWith, executionArn, functionArn, machineArn, temporaryDirectory } from './machine-fixture.ts';

const hour = { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 3600, End: true } } };
const hang = {
  StartAt: 'Hang',
  States: {
    Hang: { Type: 'Task', Resource: functionArn('hang'), Next: 'After' },
    After: { Type: 'Pass', End: true },
  },
};
/** Holds the execution until it is let go. */
function gate(): { functions: { hang: () => Promise<string> }; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { functions: { hang: () => promise }, open: () => resolve('open') };
}
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof AwsError ? error.code : String(error)),
  );
const start = (name: string, input = '{"a":1}') => ({ stateMachineArn: machineArn, name, input });

test('starting twice with the same name and input while it runs is one execution', async () => {
  const { functions, open } = gate();
  const bench = await benchWith(hang, functions);
  const first = await bench.call('StartExecution', start('same'));
  expect(first).toEqual({ executionArn: executionArn('same'), startDate: Date.UTC(2026, 0, 1) / 1000 });
  expect(await bench.call('StartExecution', start('same'))).toEqual(first);
  expect(bench.service.running()).toBe(1);
  expect(await code(bench.call('StartExecution', start('same', '{"a":2}')))).toBe('ExecutionAlreadyExists');
  open();
  await expect.poll(() => bench.service.running()).toBe(0);
  expect(await code(bench.call('StartExecution', start('same')))).toBe('ExecutionAlreadyExists');
});

test('an execution without a name gets one', async () => {
  const bench = await benchWith(hour);
  const answer = await bench.call('StartExecution', { stateMachineArn: machineArn });
  expect(answer.executionArn).toMatch(/:execution:m:[0-9a-f-]{36}$/);
});

test.each([
  ['InvalidExecutionInput', start('x', '{"a":')],
  ['InvalidName', start('a b')],
  ['InvalidName', start('a/b')],
  ['InvalidName', start('x'.repeat(81))],
  ['InvalidName', start('')],
  ['StateMachineDoesNotExist', { stateMachineArn: `${machineArn}x` }],
  ['ValidationException', { ...start('x'), traceHeader: 'Root=1' }],
  ['ValidationException', start('x', JSON.stringify('x'.repeat(256 * 1024)))],
])('a bad start is refused with %s', async (expected, input) => {
  const bench = await benchWith(hour);
  expect(await code(bench.call('StartExecution', input))).toBe(expected);
  expect(bench.service.running()).toBe(0);
});

test('an unknown operation or execution is refused', async () => {
  const bench = await benchWith(hour);
  expect(await code(bench.call('RedriveExecution', {}))).toBe('UnknownOperationException');
  for (const operation of ['DescribeExecution', 'StopExecution', 'GetExecutionHistory']) {
    expect(await code(bench.call(operation, { executionArn: executionArn('none') }))).toBe(
      'ExecutionDoesNotExist',
    );
    expect(await code(bench.call(operation, { executionArn: 'none' }))).toBe('InvalidArn');
  }
});

test('each operation checks its own permission on the machine or the execution', async () => {
  const asked: string[] = [];
  const { functions, open } = gate();
  const bench = await benchWith(hang, functions, {
    check: (key, action, resource) => {
      asked.push(`${key} ${action} ${resource}`);
      if (action === 'states:StopExecution') throw new AwsError('AccessDeniedException', 400, 'no');
    },
  });
  await bench.call('StartExecution', start('run'));
  await bench.call('DescribeExecution', { executionArn: executionArn('run') });
  await bench.call('GetExecutionHistory', { executionArn: executionArn('run') });
  await bench.call('ListExecutions', { stateMachineArn: machineArn });
  expect(await code(bench.call('StopExecution', { executionArn: executionArn('run') }))).toBe(
    'AccessDeniedException',
  );
  expect(bench.service.running()).toBe(1);
  expect(asked).toEqual([
    `me states:StartExecution ${machineArn}`,
    `me states:DescribeExecution ${executionArn('run')}`,
    `me states:GetExecutionHistory ${executionArn('run')}`,
    `me states:ListExecutions ${machineArn}`,
    `me states:StopExecution ${executionArn('run')}`,
  ]);
  open();
});

test('stopping aborts at once, with the reason given, and nothing runs after it', async () => {
  const { functions, open } = gate();
  const bench = await benchWith(hang, functions);
  await bench.call('StartExecution', start('run'));
  await expect.poll(() => bench.types()).toContain('LambdaFunctionStarted');
  const stopped = await bench.call('StopExecution', {
    executionArn: executionArn('run'),
    error: 'Changed',
    cause: 'my mind',
  });
  expect(stopped).toEqual({ stopDate: Date.UTC(2026, 0, 1) / 1000 });
  open();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await bench.call('DescribeExecution', { executionArn: executionArn('run') })).toMatchObject({
    status: 'ABORTED',
    error: 'Changed',
    cause: 'my mind',
  });
  expect(await bench.types()).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'LambdaFunctionScheduled',
    'LambdaFunctionStarted',
    'ExecutionAborted',
  ]);
  expect(await bench.call('StopExecution', { executionArn: executionArn('run') })).toEqual(stopped);
});

test('executions are listed newest first, by status, in pages', async () => {
  const bench = await benchWith({
    StartAt: 'Which?',
    States: {
      'Which?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.ok', BooleanEquals: true, Next: 'Fine' }],
        Default: 'Bad',
      },
      Fine: { Type: 'Succeed' },
      Bad: { Type: 'Fail', Error: 'Bad' },
    },
  });
  for (const [name, ok] of Object.entries({ one: true, two: false, three: true })) {
    await bench.run({ ok }, name);
  }
  const list = async (more: Record<string, unknown> = {}) => {
    const answer = await bench.call('ListExecutions', { stateMachineArn: machineArn, ...more });
    const executions = answer.executions as { name: string; input?: unknown }[];
    expect(executions.every((execution) => execution.input === undefined)).toBe(true);
    return { names: executions.map(({ name }) => name), next: answer.nextToken };
  };
  expect((await list()).names).toEqual(['three', 'two', 'one']);
  expect((await list({ statusFilter: 'SUCCEEDED' })).names).toEqual(['three', 'one']);
  const first = await list({ maxResults: 2 });
  expect(first.names).toEqual(['three', 'two']);
  expect(await list({ maxResults: 2, nextToken: first.next })).toEqual({ names: ['one'], next: undefined });
  expect(
    await code(
      bench.call('ListExecutions', {
        stateMachineArn: machineArn,
        statusFilter: 'FAILED',
        nextToken: first.next,
      }),
    ),
  ).toBe('InvalidToken');
});

test('a history comes in pages, backwards when asked, and without data when asked', async () => {
  const bench = await benchWith(hour);
  await bench.run({ secret: 'word' });
  const history = (more: Record<string, unknown>) =>
    bench.call('GetExecutionHistory', { executionArn: executionArn('run'), ...more });
  const ids = ({ events }: Record<string, unknown>) => (events as { id: number }[]).map(({ id }) => id);
  const first = await history({ maxResults: 3 });
  expect(ids(first)).toEqual([1, 2, 3]);
  const second = await history({ maxResults: 3, nextToken: first.nextToken });
  expect(ids(second)).toEqual([4]);
  expect(second).not.toHaveProperty('nextToken');
  expect(ids(await history({ reverseOrder: true }))).toEqual([4, 3, 2, 1]);
  expect(JSON.stringify(await history({}))).toContain('word');
  const bare = await history({ includeExecutionData: false });
  expect(JSON.stringify(bare)).not.toContain('word');
  expect(JSON.stringify(bare)).toContain('"name":"Wait"');
});

test('executions and their histories are there after a restart', async () => {
  const directory = temporaryDirectory();
  const before = await benchWith(hour, {}, { directory });
  const ended = await before.run({ a: 1 });
  const events = await before.events();
  await before.service.close();
  const after = await benchWith(hour, {}, { directory });
  expect(await after.call('DescribeExecution', { executionArn: executionArn('run') })).toEqual(ended);
  expect(await after.events()).toEqual(events);
  expect(await code(after.call('StartExecution', start('run')))).toBe('ExecutionAlreadyExists');
});

test('an execution cut off by a kill is ABORTED after the restart, and its history says why', async () => {
  const directory = temporaryDirectory();
  const { functions, open } = gate();
  const clock = virtualClock(Date.UTC(2026, 0, 1));
  const before = await benchWith(hang, functions, { directory, clock });
  await before.call('StartExecution', start('cut'));
  await expect.poll(() => before.types('cut')).toContain('LambdaFunctionStarted');
  const folder = path.join(directory, 'executions');
  // Events reach the disk without the process ending in good order; the last line may be half written.
  const file = () => readdirSync(folder).find((name) => name.endsWith('.jsonl'));
  await expect.poll(file).toBeDefined();
  const history = path.join(folder, file() ?? '');
  await expect.poll(() => readFileSync(history, 'utf8')).toContain('LambdaFunctionStarted');
  appendFileSync(history, '{"id":5,"previousEv');

  const after = await benchWith(hang, functions, { directory, clock: virtualClock(Date.UTC(2026, 0, 2)) });
  const cause = 'the local runtime stopped while this execution ran';
  expect(await after.call('DescribeExecution', { executionArn: executionArn('cut') })).toMatchObject({
    status: 'ABORTED',
    error: 'Local.RuntimeStopped',
    cause,
    stopDate: Date.UTC(2026, 0, 2) / 1000,
  });
  expect((await after.events('cut')).at(-1)).toMatchObject({
    id: 5,
    previousEventId: 0,
    type: 'ExecutionAborted',
    executionAbortedEventDetails: { error: 'Local.RuntimeStopped', cause },
  });
  expect(after.service.running()).toBe(0);
  open();
});

test('an orderly end says the same of what still runs', async () => {
  const directory = temporaryDirectory();
  const { functions, open } = gate();
  const before = await benchWith(hang, functions, { directory });
  await before.call('StartExecution', start('cut'));
  await before.service.close();
  open();
  const after = await benchWith(hang, functions, { directory });
  expect(await after.call('DescribeExecution', { executionArn: executionArn('cut') })).toMatchObject({
    status: 'ABORTED',
    error: 'Local.RuntimeStopped',
  });
  expect(await after.types('cut')).toContain('ExecutionAborted');
});
