import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definitionsOf } from '../../infra/asl-definitions.ts';
import { LambdaError } from '../../packages/local-aws/lambda/lambda-error.ts';
import { createStepFunctions } from '../../packages/local-aws/step-functions.ts';
import { virtualClock } from '../../packages/local-servers/clock.ts';
import { configured, synthesized } from './synthesized.ts';

type Json = Readonly<Record<string, unknown>>;

/** One call of a function by the machine. */
export interface Call {
  readonly state: string;
  /** Seconds since the start of the execution. */
  readonly at: number;
  /** All that the function gets. */
  readonly event: Json;
}

/** What a function answers to a call, by how many calls of its state came before. A thrown {@link failing} fails it. */
export type Functions = Readonly<Record<string, (input: Json, before: number) => unknown>>;

/** The function ends with this error. @param name one of ours, or Lambda's own */
export const failing = (name: string, message = 'it is so') => {
  throw new LambdaError(name, message);
};

/** A machine of the template, played by the local interpreter with functions of a test; no time passes. */
export async function play(machine: string, input: Json, functions: Functions) {
  const calls: Call[] = [];
  const clock = virtualClock(0);
  const directory = mkdtempSync(join(tmpdir(), 'chirpsmith-played-'));
  const arn = `arn:aws:states:us-east-1:123456789012:stateMachine:${machine}`;
  const service = await createStepFunctions({
    assembly: { machines: [{ name: machine, arn, definition: played(machine), roleArn: 'role' }] },
    access: { check: () => {}, checkRole: () => {} },
    lambda: {
      invoke: async (called, payload) => {
        const state = decodeURIComponent(called.split(':').at(-1) ?? '');
        const event = JSON.parse(JSON.stringify(payload)) as Json;
        const before = calls.filter((call) => call.state === state).length;
        calls.push({ state, at: clock.now() / 1000, event });
        const answer = functions[state];
        if (!answer) throw new Error(`The test expects no call of ${state}.`);
        return answer(event.input as Json, before);
      },
    },
    clock,
    directory,
    log: () => {},
    // The longest that jitter makes a delay.
    random: () => 1,
  });
  try {
    const call = (operation: string, input: Json) => service.handler(operation, input, { accessKeyId: 'me' });
    const { executionArn } = await call('StartExecution', {
      stateMachineArn: arn,
      name: 'run',
      input: JSON.stringify(input),
    });
    for (;;) {
      const end = await call('DescribeExecution', { executionArn });
      if (end.status !== 'RUNNING') return { status: end.status, error: end.error, cause: end.cause, calls };
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    await service.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

const definitions = definitionsOf(synthesized(configured()).app);

/** The definition as it is, but that each task calls a function with the state's name. */
function played(machine: string): Record<string, unknown> {
  const definition = definitions.get(`chirpsmith-local-${machine}`);
  const renamed = (value: unknown, name = ''): unknown => {
    if (Array.isArray(value)) return value.map((item) => renamed(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) => [
        key,
        key === 'Resource'
          ? `arn:aws:lambda:us-east-1:123456789012:function:${encodeURIComponent(name)}`
          : renamed(field, key),
      ]),
    );
  };
  return renamed(definition) as Record<string, unknown>;
}
