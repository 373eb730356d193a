import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createExecutions } from '../../../functions/storage/executions.ts';

const machineArn = 'arn:aws:states:eu-central-1:123456789012:stateMachine:train';
const stepFunctions = mockClient(SFNClient);
const executions = createExecutions({
  client: new SFNClient({ region: 'eu-central-1' }),
  machineArn: (kind) => machineArn.replace('train', kind),
});
// Test files share a process.
afterAll(() => stepFunctions.restore());

beforeEach(() => {
  stepFunctions.reset();
});

const failure = (name: string, status: number) =>
  Object.assign(new Error(`${name} in a test`), { name, $metadata: { httpStatusCode: status } });

describe('the executions of a machine', () => {
  it('are started under the name that makes the start idempotent', async () => {
    stepFunctions.on(StartExecutionCommand).resolves({});
    await executions.start('session-1', { sessionId: 'session' }, 'train');
    expect(stepFunctions.commandCalls(StartExecutionCommand).map(({ args }) => args[0].input)).toEqual([
      { stateMachineArn: machineArn, name: 'session-1', input: '{"sessionId":"session"}' },
    ]);
    expect(executions.arnOf('session-1', 'train')).toBe(
      'arn:aws:states:eu-central-1:123456789012:execution:train:session-1',
    );
  });

  it("are those of the kind's own machine", async () => {
    stepFunctions.on(StartExecutionCommand).resolves({});
    await executions.start('session-1', {}, 'batch');
    const [call] = stepFunctions.commandCalls(StartExecutionCommand);
    expect(call?.args[0].input.stateMachineArn).toBe(machineArn.replace('train', 'batch'));
    expect(executions.arnOf('session-1', 'batch')).toContain(':execution:batch:session-1');
  });

  it('a start that came through before is no error', async () => {
    const exists = new ExecutionAlreadyExists({ message: 'there is one', $metadata: {} });
    stepFunctions.on(StartExecutionCommand).rejects(exists);
    await expect(executions.start('session-1', {}, 'train')).resolves.toBeUndefined();
  });

  it.each([
    ['RUNNING', 'running'],
    ['PENDING_REDRIVE', 'running'],
    ['SUCCEEDED', 'ended'],
    ['FAILED', 'ended'],
    ['TIMED_OUT', 'ended'],
    ['ABORTED', 'ended'],
  ] as const)('%s is %s', async (status, standing) => {
    stepFunctions.on(DescribeExecutionCommand).resolves({ status });
    expect(await executions.executionStatus('arn')).toBe(standing);
  });

  it('one that does not exist is unknown, which is no error', async () => {
    const missing = new ExecutionDoesNotExist({ message: 'none', $metadata: {} });
    stepFunctions.on(DescribeExecutionCommand).rejects(missing);
    expect(await executions.executionStatus('arn')).toBe('unknown');
  });

  it('are stopped with the reason on record; one that is not there (yet) is left as it is', async () => {
    stepFunctions.on(StopExecutionCommand).resolvesOnce({});
    await executions.stop('arn');
    expect(stepFunctions.commandCalls(StopExecutionCommand).map(({ args }) => args[0].input)).toEqual([
      { executionArn: 'arn', error: 'Cancelled', cause: 'by its owner' },
    ]);
    const missing = new ExecutionDoesNotExist({ message: 'none', $metadata: {} });
    stepFunctions.on(StopExecutionCommand).rejects(missing);
    await expect(executions.stop('arn')).resolves.toBeUndefined();
  });

  it.each([
    ['ThrottlingException', 400, 'StorageUnavailable'],
    ['InternalServerError', 500, 'StorageUnavailable'],
    ['AccessDeniedException', 400, 'AccessDenied'],
    ['InvalidArn', 400, 'Unexpected'],
  ])('%s (%s) leaves as %s', async (name, status, ours) => {
    stepFunctions.on(StartExecutionCommand).rejects(failure(name, status));
    stepFunctions.on(DescribeExecutionCommand).rejects(failure(name, status));
    stepFunctions.on(StopExecutionCommand).rejects(failure(name, status));
    await expect(executions.start('n', {}, 'train')).rejects.toMatchObject({ name: ours });
    await expect(executions.executionStatus('arn')).rejects.toMatchObject({ name: ours });
    await expect(executions.stop('arn')).rejects.toMatchObject({ name: ours });
  });
});
