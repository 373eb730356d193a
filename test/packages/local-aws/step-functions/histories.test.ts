import { expect, test } from 'vitest';
import { LambdaError } from '../../../../packages/local-aws/lambda.ts';
import type { Json } from '../../../../packages/local-aws/step-functions/json.ts';
import { type Bench, benchWith, executionArn, functionArn, machineArn } from './machine-fixture.ts';

/** Histories as AWS recorded them: id, predecessor, type. */
async function history(bench: Bench): Promise<string[]> {
  return (await bench.events()).map(({ id, previousEventId, type }) => `${id} ${previousEventId} ${type}`);
}

const map = (inner: Json, more: object = {}) => ({
  StartAt: 'Each',
  States: {
    Each: { Type: 'Map', ItemProcessor: { StartAt: 'Inner', States: { Inner: inner } }, End: true, ...more },
  },
});

test('a failed iteration aborts its siblings and their tasks, all after the event of the failure', async () => {
  const work = { Type: 'Task', Resource: functionArn('work'), End: true };
  const bench = await benchWith(map(work), {
    work: (item: number) => {
      if (item === 0) throw new LambdaError('Broken', 'zero');
      return new Promise(() => {});
    },
  });
  expect(await bench.run([0, 1])).toMatchObject({ status: 'FAILED', error: 'Broken' });
  expect(await history(bench)).toEqual([
    '1 0 ExecutionStarted',
    '2 0 MapStateEntered',
    '3 2 MapStateStarted',
    '4 3 MapIterationStarted',
    '5 3 MapIterationStarted',
    '6 4 TaskStateEntered',
    '7 6 LambdaFunctionScheduled',
    '8 7 LambdaFunctionStarted',
    '9 5 TaskStateEntered',
    '10 9 LambdaFunctionScheduled',
    '11 10 LambdaFunctionStarted',
    '12 8 LambdaFunctionFailed',
    '13 12 MapIterationFailed',
    '14 12 TaskStateAborted',
    '15 12 MapIterationAborted',
    '16 12 TaskStateAborted',
    '17 12 MapStateFailed',
    '18 17 ExecutionFailed',
  ]);
});

test('a Map that is tried again starts again after the failure, and fails once', async () => {
  const bench = await benchWith(
    map({ Type: 'Fail', Error: 'E' }, { MaxConcurrency: 1, Retry: [{ ErrorEquals: ['E'], MaxAttempts: 1 }] }),
  );
  await bench.run([1]);
  expect(await history(bench)).toEqual([
    '1 0 ExecutionStarted',
    '2 0 MapStateEntered',
    '3 2 MapStateStarted',
    '4 3 MapIterationStarted',
    '5 4 FailStateEntered',
    '6 5 MapIterationFailed',
    '7 5 MapStateStarted',
    '8 7 MapIterationStarted',
    '9 8 FailStateEntered',
    '10 9 MapIterationFailed',
    '11 9 MapStateFailed',
    '12 11 ExecutionFailed',
  ]);
});

test('an iteration follows the last event of the one before it in its lane, the Map the end of its last one', async () => {
  const bench = await benchWith(map({ Type: 'Pass', End: true }, { MaxConcurrency: 1 }));
  await bench.run([1, 2]);
  expect(await history(bench)).toEqual([
    '1 0 ExecutionStarted',
    '2 0 MapStateEntered',
    '3 2 MapStateStarted',
    '4 3 MapIterationStarted',
    '5 4 PassStateEntered',
    '6 5 PassStateExited',
    '7 6 MapIterationSucceeded',
    '8 6 MapIterationStarted',
    '9 8 PassStateEntered',
    '10 9 PassStateExited',
    '11 10 MapIterationSucceeded',
    '12 11 MapStateSucceeded',
    '13 11 MapStateExited',
    '14 13 ExecutionSucceeded',
  ]);
});

test('a Parallel that catches a failure of its branch', async () => {
  const bench = await benchWith({
    StartAt: 'Both',
    States: {
      Both: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'A', States: { A: { Type: 'Fail', Error: 'E' } } }],
        Catch: [{ ErrorEquals: ['E'], Next: 'Caught' }],
        End: true,
      },
      Caught: { Type: 'Succeed' },
    },
  });
  await bench.run({});
  expect(await history(bench)).toEqual([
    '1 0 ExecutionStarted',
    '2 0 ParallelStateEntered',
    '3 2 ParallelStateStarted',
    '4 3 FailStateEntered',
    '5 4 ParallelStateFailed',
    '6 5 ParallelStateExited',
    '7 6 SucceedStateEntered',
    '8 7 SucceedStateExited',
    '9 8 ExecutionSucceeded',
  ]);
});

test('a branch of a Parallel that fails aborts what the others wait for', async () => {
  const bench = await benchWith({
    StartAt: 'Both',
    States: {
      Both: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 9, End: true } } },
          { StartAt: 'B', States: { B: { Type: 'Fail', Error: 'E' } } },
        ],
        End: true,
      },
    },
  });
  await bench.run({});
  expect((await history(bench)).slice(3)).toEqual([
    '4 3 WaitStateEntered',
    '5 3 FailStateEntered',
    '6 5 WaitStateAborted',
    '7 5 ParallelStateFailed',
    '8 7 ExecutionFailed',
  ]);
});

test('an execution that is stopped ends with an event that follows none', async () => {
  const bench = await benchWith(
    { StartAt: 'Hang', States: { Hang: { Type: 'Task', Resource: functionArn('hang'), End: true } } },
    { hang: () => new Promise(() => {}) },
  );
  await bench.call('StartExecution', { stateMachineArn: machineArn, name: 'run', input: '{}' });
  await expect.poll(() => bench.types()).toContain('LambdaFunctionStarted');
  await bench.call('StopExecution', { executionArn: executionArn('run') });
  expect((await history(bench)).at(-1)).toBe('5 0 ExecutionAborted');
});
