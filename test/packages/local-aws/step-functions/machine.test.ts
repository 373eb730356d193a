import { expect, test } from 'vitest';
import { LambdaError } from '../../../../packages/local-aws/lambda.ts';
import { benchWith, executionArn, functionArn, machineArn } from './machine-fixture.ts';

const task = (name: string, more: object = {}) => ({ Type: 'Task', Resource: functionArn(name), ...more });
const start = Date.UTC(2026, 0, 1) / 1000;

test('a wait of hours takes no time on a virtual clock, but the history shows it', async () => {
  const bench = await benchWith({
    StartAt: 'Wait',
    States: {
      Wait: { Type: 'Wait', SecondsPath: '$.wait', Next: 'Again' },
      Again: { Type: 'Wait', Seconds: 60, End: true },
    },
  });
  expect(await bench.run({ wait: 7200 })).toMatchObject({
    status: 'SUCCEEDED',
    output: '{"wait":7200}',
    startDate: start,
    stopDate: start + 7260,
  });
  const events = await bench.events();
  expect(events.map(({ type, timestamp }) => [type, Number(timestamp) - start])).toEqual([
    ['ExecutionStarted', 0],
    ['WaitStateEntered', 0],
    ['WaitStateExited', 7200],
    ['WaitStateEntered', 7200],
    ['WaitStateExited', 7260],
    ['ExecutionSucceeded', 7260],
  ]);
});

test('a task, a choice, a pass and their data are recorded with the names of AWS', async () => {
  const bench = await benchWith(
    {
      StartAt: 'Double',
      States: {
        Double: task('double', { Parameters: { 'n.$': '$.n' }, TimeoutSeconds: 9, Next: 'Big?' }),
        'Big?': {
          Type: 'Choice',
          Choices: [{ Variable: '$.n', NumericGreaterThan: 10, Next: 'Big' }],
          Default: 'Small',
        },
        Big: { Type: 'Pass', Parameters: { 'size.$': '$.n' }, Next: 'Done' },
        Small: { Type: 'Fail', Error: 'TooSmall' },
        Done: { Type: 'Succeed' },
      },
    },
    { double: ({ n }: { n: number }) => ({ n: n * 2 }) },
  );
  expect(await bench.run({ n: 21, other: true })).toMatchObject({ output: '{"size":42}' });
  const events = await bench.events();
  expect(events.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'LambdaFunctionScheduled',
    'LambdaFunctionStarted',
    'LambdaFunctionSucceeded',
    'TaskStateExited',
    'ChoiceStateEntered',
    'ChoiceStateExited',
    'PassStateEntered',
    'PassStateExited',
    'SucceedStateEntered',
    'SucceedStateExited',
    'ExecutionSucceeded',
  ]);
  // The first state follows no event, as in AWS.
  expect(events.map(({ id, previousEventId }) => [id, previousEventId])).toEqual(
    events.map((_, i) => [i + 1, i === 1 ? 0 : i]),
  );
  expect(events[1]).toMatchObject({
    stateEnteredEventDetails: {
      name: 'Double',
      input: '{"n":21,"other":true}',
      inputDetails: { truncated: false },
    },
  });
  expect(events[2]).toMatchObject({
    lambdaFunctionScheduledEventDetails: {
      resource: functionArn('double'),
      input: '{"n":21}',
      timeoutInSeconds: 9,
    },
  });
  expect(events[4]).toMatchObject({ lambdaFunctionSucceededEventDetails: { output: '{"n":42}' } });
});

test('the machine invokes with its own role, and its context names the execution', async () => {
  const seen: unknown[] = [];
  const bench = await benchWith(
    {
      StartAt: 'Look',
      States: {
        Look: task('look', {
          Parameters: {
            'id.$': '$$.Execution.Id',
            'name.$': '$$.Execution.Name',
            'role.$': '$$.Execution.RoleArn',
            'at.$': '$$.Execution.StartTime',
            'machine.$': '$$.StateMachine.Id',
          },
          End: true,
        }),
      },
    },
    { look: (input, by) => void seen.push(input, by) },
  );
  await bench.run({});
  expect(seen).toEqual([
    {
      id: executionArn('run'),
      name: 'run',
      role: 'arn:aws:iam::111122223333:role/m',
      at: '2026-01-01T00:00:00.000Z',
      machine: machineArn,
    },
    { roleArn: 'arn:aws:iam::111122223333:role/m' },
  ]);
});

test('the iterations of a Map overlap up to its concurrency and keep the order of the items', async () => {
  let active = 0;
  let most = 0;
  const bench = await benchWith(
    {
      StartAt: 'Each',
      States: {
        Each: {
          Type: 'Map',
          ItemsPath: '$.items',
          MaxConcurrency: 2,
          ItemProcessor: {
            ProcessorConfig: { Mode: 'INLINE' },
            StartAt: 'Pause',
            States: {
              Pause: { Type: 'Wait', SecondsPath: '$.s', Next: 'Work' },
              Work: task('work', { End: true }),
            },
          },
          End: true,
        },
      },
    },
    {
      work: async ({ s }: { s: number }) => {
        most = Math.max(most, ++active);
        await new Promise((resolve) => setTimeout(resolve, 1));
        active--;
        return s;
      },
    },
  );
  expect(await bench.run({ items: [{ s: 30 }, { s: 10 }, { s: 5 }] })).toMatchObject({
    output: '[30,10,5]',
    stopDate: start + 30,
  });
  expect(most).toBeLessThanOrEqual(2);
  const types = await bench.types();
  expect(types.slice(0, 3)).toEqual(['ExecutionStarted', 'MapStateEntered', 'MapStateStarted']);
  expect(types.slice(-3)).toEqual(['MapStateSucceeded', 'MapStateExited', 'ExecutionSucceeded']);
  expect(types.filter((type) => type === 'MapIterationStarted')).toHaveLength(3);
  expect(types.filter((type) => type === 'MapIterationSucceeded')).toHaveLength(3);
});

test('inside a Map the context knows the item and still the whole execution input', async () => {
  const bench = await benchWith(
    {
      StartAt: 'Each',
      States: {
        Each: {
          Type: 'Map',
          ItemsPath: '$.items',
          ItemSelector: { 'item.$': '$$.Map.Item.Value', 'batch.$': '$.batch' },
          ItemProcessor: {
            StartAt: 'Look',
            States: {
              Look: {
                Type: 'Pass',
                Parameters: {
                  'index.$': '$$.Map.Item.Index',
                  'item.$': '$.item',
                  'batch.$': '$.batch',
                  'input.$': '$$.Execution.Input.batch',
                },
                End: true,
              },
            },
          },
          End: true,
        },
      },
    },
    {},
  );
  const { output } = await bench.run({ items: ['a', 'b'], batch: 7 });
  expect(JSON.parse(String(output))).toEqual([
    { index: 0, item: 'a', batch: 7, input: 7 },
    { index: 1, item: 'b', batch: 7, input: 7 },
  ]);
  expect(await bench.types()).not.toContain('undefinedStateEntered');
  expect((await bench.types()).filter((type) => type === 'PassStateEntered')).toHaveLength(2);
});

test('an iteration that fails ends the others and can be caught', async () => {
  const bench = await benchWith(
    {
      StartAt: 'Each',
      States: {
        Each: {
          Type: 'Map',
          ItemProcessor: {
            StartAt: 'Pause',
            States: {
              Pause: { Type: 'Wait', SecondsPath: '$', Next: 'Work' },
              Work: task('work', { End: true }),
            },
          },
          Catch: [{ ErrorEquals: ['Broken'], ResultPath: '$.error', Next: 'Caught' }],
          ResultPath: null,
          InputPath: '$.items',
          End: true,
        },
        Caught: { Type: 'Pass', End: true },
      },
    },
    {
      work: (seconds: number) => {
        if (seconds === 5) throw new LambdaError('Broken', 'five');
        return seconds;
      },
    },
  );
  const ended = await bench.run({ items: [1, 5, 100] });
  expect(ended).toMatchObject({ status: 'SUCCEEDED', stopDate: start + 5 });
  expect(JSON.parse(String(ended.output))).toEqual({
    items: [1, 5, 100],
    error: { Error: 'Broken', Cause: '{"errorType":"Broken","errorMessage":"five"}' },
  });
  const types = await bench.types();
  expect(types).toEqual(
    expect.arrayContaining(['MapIterationFailed', 'MapIterationAborted', 'MapStateFailed']),
  );
  expect(types.indexOf('MapStateFailed')).toBeGreaterThan(types.indexOf('MapIterationAborted'));
});
