import { z } from 'zod';

/**
 * The part of the Amazon States Language that the local runtime runs, in JSONPath. Every object is strict: a
 * field that is not here would be ignored by the engine, and a machine that means something else on AWS is
 * worse than one that does not start.
 */

const path = z.string().startsWith('$');
const seconds = z.number().nonnegative();

const retrier = z.strictObject({
  ErrorEquals: z.array(z.string()).min(1),
  IntervalSeconds: seconds.default(1),
  MaxAttempts: z.number().int().nonnegative().default(3),
  BackoffRate: z.number().min(1).default(2),
  MaxDelaySeconds: z.number().positive().optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).default('NONE'),
});

const catcher = z.strictObject({
  // The engine cannot tell a task's time-out from its failure, so it would catch too much by this name.
  ErrorEquals: z
    .array(
      z.string().refine((name) => name !== 'States.TaskFailed', 'States.TaskFailed cannot be caught here'),
    )
    .min(1),
  Next: z.string(),
  ResultPath: path.nullable().optional(),
});

const common = { Comment: z.string().optional(), QueryLanguage: z.literal('JSONPath').optional() };
const inputOutput = {
  ...common,
  InputPath: path.nullable().optional(),
  OutputPath: path.nullable().optional(),
};
const onward = { Next: z.string().optional(), End: z.literal(true).optional() };
const result = { ResultSelector: z.json().optional(), ResultPath: path.nullable().optional() };
const recovery = { Retry: z.array(retrier).default([]), Catch: z.array(catcher).optional() };

const task = z.strictObject({
  Type: z.literal('Task'),
  Resource: z
    .string()
    .regex(/^arn:aws[\w-]*:lambda:[\w-]+:\d+:function:/, 'only the ARN of a Lambda function runs here'),
  Parameters: z.json().optional(),
  TimeoutSeconds: z.number().positive().optional(),
  ...inputOutput,
  ...onward,
  ...result,
  ...recovery,
});

const wait = z
  .strictObject({
    Type: z.literal('Wait'),
    Seconds: seconds.optional(),
    SecondsPath: path.optional(),
    ...common,
    ...onward,
  })
  .refine(({ Seconds, SecondsPath }) => (Seconds === undefined) !== (SecondsPath === undefined), {
    message: 'needs either Seconds or SecondsPath',
  });

const pass = z.strictObject({
  Type: z.literal('Pass'),
  // The engine takes a falsy Result for none.
  Result: z.json().refine(Boolean, 'an empty Result is not supported').optional(),
  Parameters: z.json().optional(),
  ResultPath: path.nullable().optional(),
  ...inputOutput,
  ...onward,
});

const choice = z.strictObject({
  Type: z.literal('Choice'),
  Choices: z.array(z.record(z.string(), z.json())).min(1),
  Default: z.string().optional(),
  ...inputOutput,
});

const succeed = z.strictObject({ Type: z.literal('Succeed'), ...inputOutput });

const fail = z.strictObject({
  Type: z.literal('Fail'),
  Error: z.string().optional(),
  ErrorPath: path.optional(),
  Cause: z.string().optional(),
  CausePath: path.optional(),
  ...common,
});

const leaves = [task, wait, pass, choice, succeed, fail] as const;

/** A Map within a Map is not supported. */
const itemProcessor = z.strictObject({
  ProcessorConfig: z
    .discriminatedUnion('Mode', [
      z.strictObject({ Mode: z.literal('INLINE') }),
      // Only Standard: an Express execution ends after five minutes, which nothing here would hold it to.
      z.strictObject({ Mode: z.literal('DISTRIBUTED'), ExecutionType: z.literal('STANDARD') }),
    ])
    .optional(),
  StartAt: z.string(),
  States: z.record(z.string(), z.discriminatedUnion('Type', leaves)),
  ...common,
});

/** Of a Distributed Map: no reader, batcher or writer, for the items come from the state and the results go nowhere. */
const distributed = {
  Label: z
    .string()
    .regex(/^[\w-]{1,40}$/)
    .optional(),
  ToleratedFailurePercentage: z.number().min(0).max(100).optional(),
};

const map = z.strictObject({
  Type: z.literal('Map'),
  ...distributed,
  ItemsPath: path.optional(),
  ItemSelector: z.json().optional(),
  MaxConcurrency: z.number().int().nonnegative().optional(),
  ItemProcessor: itemProcessor,
  ...inputOutput,
  ...onward,
  ...result,
  ...recovery,
});

const state = z.discriminatedUnion('Type', [...leaves, map]);

const machine = z.strictObject({
  StartAt: z.string(),
  States: z.record(z.string(), state),
  TimeoutSeconds: z.number().positive().optional(),
  Version: z.string().optional(),
  ...common,
});

export type Retrier = z.infer<typeof retrier>;
export type State = z.infer<typeof state>;
export type MachineDefinition = z.infer<typeof machine>;

/**
 * Reads a definition.
 * @throws Error naming the machine and every state and field that the local runtime does not know
 */
export function parseDefinition(name: string, definition: unknown): MachineDefinition {
  const parsed = machine.safeParse(definition);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(`the local runtime cannot run the machine ${name}: ${problems.join('; ')}`);
  }
  refuseContextPaths(name, definition);
  refuseMixedModes(name, parsed.data);
  return parsed.data;
}

/** The engine has no `$$.State` and no `$$.Task`. */
function refuseContextPaths(name: string, definition: unknown): void {
  const found = JSON.stringify(definition).match(/\$\$\.(?:State|Task)\b[^"',)]*/);
  if (found)
    throw new Error(`the local runtime cannot run the machine ${name}: it does not know ${found[0]}`);
}

/** What only a Distributed Map knows would mean nothing on another. */
function refuseMixedModes(name: string, { States }: MachineDefinition): void {
  for (const [title, state] of Object.entries(States)) {
    if (state.Type !== 'Map' || state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED') continue;
    const field = Object.keys(distributed).find((one) => one in state);
    if (field === undefined) continue;
    throw new Error(
      `the local runtime cannot run the machine ${name}: ${title}.${field} is for a Distributed Map`,
    );
  }
}
