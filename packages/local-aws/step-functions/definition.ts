import { z } from 'zod';
import { parseRule } from './choice-rules.ts';
import { parseExpression } from './expression.ts';
import { intrinsicFunctions } from './intrinsic-functions.ts';
import { parsePath, parseReferencePath, parseResultPath } from './path.ts';
import { parseTemplate } from './template.ts';
import { parseTimestamp } from './timestamp.ts';

/**
 * The part of the Amazon States Language that the local runtime runs, in JSONPath. Every object is strict, and
 * every path, template and rule is compiled here: what is not known stops the start, for a machine that means
 * something else on AWS is worse than one that does not start.
 */

/** A value that is compiled as it is read; what the compiler throws becomes the problem of its field. */
function compiled<S extends z.ZodType, T>(schema: S, compile: (value: z.output<S>) => T) {
  return schema.transform((value, context) => {
    try {
      return compile(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  });
}

const path = compiled(z.string(), parsePath);
const referencePath = compiled(z.string(), parseReferencePath);
const resultPath = compiled(z.string(), parseResultPath).nullable();
const template = compiled(z.json(), parseTemplate);
const textExpression = compiled(z.string(), (text) => {
  const expression = parseExpression(text);
  if (expression.kind === 'call' && !intrinsicFunctions[expression.name]?.givesString) {
    throw new Error(`States.${expression.name} does not always give a string`);
  }
  return expression;
});

const errorNames = z.array(z.string().min(1)).min(1);

const retrier = z.strictObject({
  ErrorEquals: errorNames,
  IntervalSeconds: z.number().int().positive().default(1),
  MaxAttempts: z.number().int().nonnegative().max(99_999_999).default(3),
  BackoffRate: z.number().min(1).default(2),
  MaxDelaySeconds: z.number().int().positive().max(31_622_399).optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).default('NONE'),
  Comment: z.string().optional(),
});

const catcher = z.strictObject({
  ErrorEquals: errorNames,
  Next: z.string(),
  ResultPath: resultPath.optional(),
  Comment: z.string().optional(),
});

const common = { Comment: z.string().optional(), QueryLanguage: z.literal('JSONPath').optional() };
const input = { ...common, InputPath: path.nullable().optional() };
const inputOutput = { ...input, OutputPath: path.nullable().optional() };
const onward = { Next: z.string().optional(), End: z.literal(true).optional() };
const result = { ResultSelector: template.optional(), ResultPath: resultPath.optional() };
const recovery = { Retry: z.array(retrier).default([]), Catch: z.array(catcher).default([]) };

const task = z.strictObject({
  Type: z.literal('Task'),
  Resource: z
    .string()
    .regex(/^arn:aws[\w-]*:lambda:[\w-]+:\d+:function:/, 'only the ARN of a Lambda function runs here'),
  Parameters: template.optional(),
  TimeoutSeconds: z.number().positive().optional(),
  ...inputOutput,
  ...onward,
  ...result,
  ...recovery,
});

const wait = z.strictObject({
  Type: z.literal('Wait'),
  Seconds: z.number().int().nonnegative().max(99_999_999).optional(),
  SecondsPath: referencePath.optional(),
  Timestamp: compiled(z.string(), (text) => {
    if (parseTimestamp(text) === undefined)
      throw new Error('must be a timestamp such as 2026-01-31T12:00:00Z');
    return text;
  }).optional(),
  TimestampPath: referencePath.optional(),
  ...inputOutput,
  ...onward,
});

const pass = z.strictObject({
  Type: z.literal('Pass'),
  Result: z.json().optional(),
  Parameters: template.optional(),
  ResultPath: resultPath.optional(),
  ...inputOutput,
  ...onward,
});

const choice = z.strictObject({
  Type: z.literal('Choice'),
  Choices: z
    .array(
      compiled(z.looseObject({ Next: z.string() }), ({ Next, ...rule }) => ({
        Next,
        holds: parseRule(z.json().parse(rule)),
      })),
    )
    .min(1),
  Default: z.string().optional(),
  ...inputOutput,
});

const succeed = z.strictObject({ Type: z.literal('Succeed'), ...inputOutput });

const fail = z.strictObject({
  Type: z.literal('Fail'),
  Error: z.string().optional(),
  ErrorPath: textExpression.optional(),
  Cause: z.string().optional(),
  CausePath: textExpression.optional(),
  ...common,
});

const processorConfig = z.discriminatedUnion('Mode', [
  z.strictObject({ Mode: z.literal('INLINE') }),
  // Only Standard: an Express execution ends after five minutes, which nothing here would hold it to.
  z.strictObject({ Mode: z.literal('DISTRIBUTED'), ExecutionType: z.literal('STANDARD') }),
]);

/** A Distributed Map has no reader or writer: its items come from the state, its results go into it. */
const mapFields = z.strictObject({
  Type: z.literal('Map'),
  Label: z
    .string()
    .regex(/^[\w-]{1,40}$/)
    .optional(),
  ToleratedFailurePercentage: z.number().min(0).max(100).optional(),
  ItemsPath: path.optional(),
  ItemSelector: template.optional(),
  ItemBatcher: z.strictObject({ MaxItemsPerBatch: z.number().int().positive() }).optional(),
  MaxConcurrency: z.number().int().nonnegative().optional(),
  ...inputOutput,
  ...onward,
  ...result,
  ...recovery,
});

const parallelFields = z.strictObject({
  Type: z.literal('Parallel'),
  Parameters: template.optional(),
  ...inputOutput,
  ...onward,
  ...result,
  ...recovery,
});

/** A line of states: the machine's own, a Map's for each item, or a branch. */
export interface Program {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

export type TaskState = z.output<typeof task>;
export type WaitState = z.output<typeof wait>;
export type PassState = z.output<typeof pass>;
export type ChoiceState = z.output<typeof choice>;
export type FailState = z.output<typeof fail>;
export type MapState = z.output<typeof mapFields> & {
  readonly ItemProcessor: Program & {
    readonly ProcessorConfig?: z.output<typeof processorConfig> | undefined;
  };
};
export type ParallelState = z.output<typeof parallelFields> & { readonly Branches: readonly Program[] };
export type State =
  | TaskState
  | WaitState
  | PassState
  | ChoiceState
  | z.output<typeof succeed>
  | FailState
  | MapState
  | ParallelState;
export type Retrier = z.output<typeof retrier>;

const states: z.ZodType<Program['States']> = z.record(
  z.string().min(1).max(80),
  z.lazy((): z.ZodType<State> => state),
);
const branch = z.strictObject({ StartAt: z.string(), States: states, ...common });
const itemProcessor = branch.extend({ ProcessorConfig: processorConfig.optional() });
const map = mapFields.extend({ ItemProcessor: itemProcessor });
const parallel = parallelFields.extend({ Branches: z.array(branch).min(1) });

const state = z.discriminatedUnion('Type', [task, wait, pass, choice, succeed, fail, map, parallel], {
  error: 'is no type of state that runs here',
});

/** A whole machine; what its fields say together is checked where it is read. */
export const machine = z.strictObject({
  StartAt: z.string(),
  States: states,
  TimeoutSeconds: z.number().int().positive().optional(),
  Version: z.literal('1.0').optional(),
  ...common,
});

export type MachineDefinition = z.output<typeof machine>;

/** The fields that each object of a definition may have, for the documentation. */
export const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  machine: Object.keys(machine.shape),
  Task: Object.keys(task.shape),
  Wait: Object.keys(wait.shape),
  Pass: Object.keys(pass.shape),
  Choice: Object.keys(choice.shape),
  Succeed: Object.keys(succeed.shape),
  Fail: Object.keys(fail.shape),
  Map: Object.keys(map.shape),
  ItemProcessor: Object.keys(itemProcessor.shape),
  Parallel: Object.keys(parallel.shape),
  Retry: Object.keys(retrier.shape),
  Catch: Object.keys(catcher.shape),
};
