import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Machine } from '../../../../packages/local-aws/assembly.ts';
import type { Invoker, WorkerWait } from '../../../../packages/local-aws/lambda.ts';
import { createStepFunctions, type StepFunctions } from '../../../../packages/local-aws/step-functions.ts';
import { type Clock, virtualClock } from '../../../../packages/local-servers/clock.ts';

export const functionArn = (name: string) => `arn:aws:lambda:eu-west-1:111122223333:function:${name}`;
export const machineArn = 'arn:aws:states:eu-west-1:111122223333:stateMachine:m';
export const executionArn = (name: string) => `arn:aws:states:eu-west-1:111122223333:execution:m:${name}`;

type Functions = Record<string, (input: never, by: Invoker, wait: WorkerWait | undefined) => unknown>;

/** Gone after the test. Not by `afterEach`: files share this module, and the first of them would be the only one to clean up. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'executions-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface Bench {
  readonly service: StepFunctions;
  readonly clock: Clock;
  /** Calls an operation as the person at this machine. */
  call(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Starts and waits for the end; the answer of DescribeExecution. */
  run(input: unknown, name?: string): Promise<Record<string, unknown>>;
  /** Types of all events, in order. */
  types(name?: string): Promise<string[]>;
  events(name?: string): Promise<Record<string, unknown>[]>;
}

/** Step Functions with one machine, its functions played by JavaScript ones, on a clock that never waits. */
export async function benchWith(
  definition: Record<string, unknown>,
  functions: Functions = {},
  options: {
    directory?: string;
    clock?: Clock;
    check?: (accessKeyId: string, action: string, resource: string) => void;
    random?: () => number;
  } = {},
): Promise<Bench> {
  const clock = options.clock ?? virtualClock(Date.UTC(2026, 0, 1));
  const machine: Machine = {
    name: 'm',
    arn: machineArn,
    definition,
    roleArn: 'arn:aws:iam::111122223333:role/m',
  };
  const service = await createStepFunctions({
    assembly: { machines: [machine] },
    access: { check: options.check ?? (() => {}), checkRole: options.check ?? (() => {}) },
    lambda: {
      invoke: async (arn, payload, by, wait) => {
        const play = functions[arn.slice(functionArn('').length)];
        if (!play) throw new Error(`no function ${arn}`);
        return await play(JSON.parse(JSON.stringify(payload)) as never, by, wait);
      },
    },
    clock,
    directory: options.directory ?? temporaryDirectory(),
    log: () => {},
    ...(options.random === undefined ? {} : { random: options.random }),
  });
  onTestFinished(() => service.close());
  const call: Bench['call'] = (operation, input) => service.handler(operation, input, { accessKeyId: 'me' });
  const events: Bench['events'] = async (name = 'run') => {
    const answer = await call('GetExecutionHistory', { executionArn: executionArn(name), maxResults: 1000 });
    return answer.events as Record<string, unknown>[];
  };
  return {
    service,
    clock,
    call,
    async run(input, name = 'run') {
      await call('StartExecution', { stateMachineArn: machineArn, name, input: JSON.stringify(input) });
      for (;;) {
        const answer = await call('DescribeExecution', { executionArn: executionArn(name) });
        if (answer.status !== 'RUNNING') return answer;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    },
    events,
    types: async (name) => (await events(name)).map((event) => String(event.type)),
  };
}
