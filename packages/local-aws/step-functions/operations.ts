import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { ServiceHandler } from '../aws-endpoint.ts';
import { AwsError } from '../aws-error.ts';
import type { Access } from '../iam.ts';
import type { CompiledMachine, RunningExecution } from './execution.ts';
import type { ExecutionRecord } from './execution-store.ts';
import { stateLimit } from './state-error.ts';

const executionArn = z.string().regex(/^arn:[^:]+:states:[^:]*:\d+:execution:[^:]+:[^:]+$/);
const stateMachineArn = z.string();
const page = { maxResults: z.number().int().min(0).max(1000).optional(), nextToken: z.string().optional() };

const inputs = {
  StartExecution: z.strictObject({
    stateMachineArn,
    name: z.string().optional(),
    input: z.string().default('{}'),
  }),
  DescribeExecution: z.strictObject({ executionArn }),
  StopExecution: z.strictObject({
    executionArn,
    error: z.string().max(256).optional(),
    cause: z.string().max(32_768).optional(),
  }),
  ListExecutions: z.strictObject({
    stateMachineArn,
    statusFilter: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']).optional(),
    ...page,
  }),
  GetExecutionHistory: z.strictObject({
    executionArn,
    reverseOrder: z.boolean().default(false),
    includeExecutionData: z.boolean().default(true),
    ...page,
  }),
};

/** All executions, past and running; the operations work on these. */
export interface Executions {
  machine(arn: string): CompiledMachine | undefined;
  find(executionArn: string): ExecutionRecord | undefined;
  /** Newest first. */
  of(machineArn: string): ExecutionRecord[];
  start(machine: CompiledMachine, name: string, executionArn: string, input: string): ExecutionRecord;
  running(executionArn: string): RunningExecution | undefined;
  history(record: ExecutionRecord): readonly Readonly<Record<string, unknown>>[];
}

/**
 * The operations of the Step Functions API that the template's functions and people use. Each checks the
 * caller's own permission; an operation or field beyond these is refused, never ignored.
 */
export function createOperations(executions: Executions, access: Pick<Access, 'check'>): ServiceHandler {
  const find = (arn: string): ExecutionRecord => {
    const record = executions.find(arn);
    if (!record) throw new AwsError('ExecutionDoesNotExist', 400, `Execution Does Not Exist: '${arn}'`);
    return record;
  };
  const findMachine = (arn: string): CompiledMachine => {
    const machine = executions.machine(arn);
    if (!machine) {
      throw new AwsError('StateMachineDoesNotExist', 400, `State Machine Does Not Exist: '${arn}'`);
    }
    return machine;
  };

  return async (operation, body, { accessKeyId }) => {
    const allow = (resource: string) => access.check(accessKeyId, `states:${operation}`, resource);
    switch (operation) {
      case 'StartExecution': {
        const input = read(inputs.StartExecution, body);
        allow(input.stateMachineArn);
        return start(executions, findMachine(input.stateMachineArn), input.name, input.input);
      }
      case 'DescribeExecution': {
        const input = read(inputs.DescribeExecution, body);
        allow(input.executionArn);
        return describe(find(input.executionArn));
      }
      case 'StopExecution': {
        const input = read(inputs.StopExecution, body);
        allow(input.executionArn);
        const record = find(input.executionArn);
        executions.running(input.executionArn)?.stop(input.error, input.cause);
        return { stopDate: epochSeconds(record.stopDate ?? record.startDate) };
      }
      case 'ListExecutions': {
        const input = read(inputs.ListExecutions, body);
        allow(input.stateMachineArn);
        findMachine(input.stateMachineArn);
        const { statusFilter } = input;
        const all = executions
          .of(input.stateMachineArn)
          .filter(({ status }) => statusFilter === undefined || status === statusFilter);
        const { items, nextToken } = paginate(all, input, statusFilter ?? '');
        return { executions: items.map(summarize), ...nextToken };
      }
      case 'GetExecutionHistory': {
        const input = read(inputs.GetExecutionHistory, body);
        allow(input.executionArn);
        const all = executions.history(find(input.executionArn));
        const ordered = input.reverseOrder ? all.toReversed() : all;
        const { items, nextToken } = paginate(ordered, input, String(input.reverseOrder));
        return { events: items.map((event) => present(event, input.includeExecutionData)), ...nextToken };
      }
      default:
        throw new AwsError(
          'UnknownOperationException',
          400,
          `the local runtime does not know the operation ${operation} of Step Functions`,
        );
    }
  };
}

function read<S extends z.ZodType>(schema: S, body: unknown): z.infer<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.');
  if (where === 'executionArn' || where === 'stateMachineArn') {
    throw new AwsError('InvalidArn', 400, `Invalid Arn: '${where}': ${issue?.message}`);
  }
  throw new AwsError('ValidationException', 400, `${where ? `${where}: ` : ''}${issue?.message}`);
}

/** Names as documented: 1 to 80 characters, without space, brackets, wildcards, and a few others. */
function isValidName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
  return /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff]{1,80}$/u.test(name);
}

/**
 * Idempotent while it runs, as a Standard workflow is: the same name and input give the same execution.
 * Another input, or a name whose execution has ended, is refused.
 */
function start(
  executions: Executions,
  compiled: CompiledMachine,
  givenName: string | undefined,
  input: string,
): Record<string, unknown> {
  if (givenName !== undefined && !isValidName(givenName)) {
    throw new AwsError('InvalidName', 400, `Invalid Name: '${givenName}'`);
  }
  if (Buffer.byteLength(input) > stateLimit) {
    throw new AwsError('ValidationException', 400, `input: must not be larger than ${stateLimit} bytes`);
  }
  try {
    JSON.parse(input);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AwsError('InvalidExecutionInput', 400, `Invalid State Machine Execution Input: '${why}'`);
  }
  const name = givenName ?? randomUUID();
  const arn = `${compiled.machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
  const earlier = executions.find(arn);
  if (earlier && (earlier.status !== 'RUNNING' || earlier.input !== input)) {
    throw new AwsError('ExecutionAlreadyExists', 400, `Execution Already Exists: '${arn}'`);
  }
  const record = earlier ?? executions.start(compiled, name, arn, input);
  return { executionArn: arn, startDate: epochSeconds(record.startDate) };
}

/** The JSON protocol's timestamps: seconds with a fraction. */
function epochSeconds(milliseconds: number): number {
  return milliseconds / 1000;
}

function summarize({ executionArn, stateMachineArn, name, status, startDate, stopDate }: ExecutionRecord) {
  return {
    executionArn,
    stateMachineArn,
    name,
    status,
    startDate: epochSeconds(startDate),
    ...(stopDate === undefined ? {} : { stopDate: epochSeconds(stopDate) }),
  };
}

function describe(record: ExecutionRecord): Record<string, unknown> {
  const { input, output, error, cause } = record;
  return {
    ...summarize(record),
    input,
    inputDetails: { included: true },
    ...(output === undefined ? {} : { output, outputDetails: { included: true } }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  };
}

/** A page of a list; the token says where the next one begins and which question it belongs to. */
function paginate<T>(
  all: readonly T[],
  { maxResults, nextToken }: { maxResults?: number | undefined; nextToken?: string | undefined },
  question: string,
): { items: readonly T[]; nextToken: { nextToken?: string } } {
  let from = 0;
  if (nextToken !== undefined) {
    const [offset, asked] = Buffer.from(nextToken, 'base64url').toString().split('|');
    from = Number(offset);
    if (asked !== question || !Number.isInteger(from)) {
      throw new AwsError('InvalidToken', 400, `Invalid Token: '${nextToken}'`);
    }
  }
  const to = from + (maxResults || 100);
  const token = Buffer.from(`${to}|${question}`).toString('base64url');
  return { items: all.slice(from, to), nextToken: to < all.length ? { nextToken: token } : {} };
}

/** An event as it is sent; without execution data, inputs and outputs are left out. */
function present(
  event: Readonly<Record<string, unknown>>,
  includeExecutionData: boolean,
): Record<string, unknown> {
  const { timestamp, ...rest } = event;
  const fields = Object.entries(rest).map(([field, value]) => {
    if (includeExecutionData || !field.endsWith('EventDetails')) return [field, value];
    const details = z.record(z.string(), z.unknown()).parse(value);
    const { input, output, inputDetails, outputDetails, ...others } = details;
    return [field, others];
  });
  return { ...Object.fromEntries(fields), timestamp: epochSeconds(Number(timestamp)) };
}
