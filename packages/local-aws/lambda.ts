import { randomUUID } from 'node:crypto';
import { devNull } from 'node:os';
import type { Clock } from '../local-servers/clock.ts';
import type { Assembly, LambdaFunction } from './assembly.ts';
import { AwsError } from './aws-error.ts';
import { matches } from './iam/evaluation.ts';
import type { Access } from './iam.ts';
import { startWorker } from './lambda/function-worker.ts';
import { LambdaError } from './lambda/lambda-error.ts';
import { createPool } from './lambda/worker-pool.ts';

export { LambdaError };

/** Who invokes: a service on behalf of a resource, or a role (a state machine's). */
export type Invoker =
  | { readonly principal: string; readonly sourceArn: string }
  | { readonly roleArn: string };

/**
 * Called while an invocation waits for a worker of this machine. In Lambda it would have one at once, so no time-out of its
 * caller counts this time.
 */
export interface WorkerWait {
  began(): void;
  ended(): void;
}

/** Lambda, as far as the stack calls it. */
export interface Lambda {
  /**
   * Invokes a function and waits for its answer; payload and answer go through JSON.
   * @throws LambdaError when the function failed; AwsError when it was not even invoked.
   */
  invoke(functionArn: string, payload: unknown, by: Invoker, wait?: WorkerWait): Promise<unknown>;
  /** Loads functions whose first call is soon to come; what is wrong with one is reported by that. */
  load(functions: readonly LambdaFunction[]): void;
  /** Ends every worker; invocations under way fail. */
  close(): Promise<void>;
}

export interface LambdaOptions {
  readonly assembly: Pick<Assembly, 'functions' | 'region'>;
  readonly access: Pick<Access, 'credentialsFor' | 'checkRole'>;
  /** Variables beyond the template's; they win over it. */
  environment(fn: LambdaFunction): Readonly<Record<string, string>>;
  /** A line that a function wrote to its console. */
  log(fn: LambdaFunction, line: string): void;
  readonly clock: Pick<Clock, 'busy'>;
  /**
   * Most workers of one function, and of all together; seconds after which one that is not used is ended; MiB of a
   * worker's memory for new objects.
   */
  readonly poolSize?: {
    readonly perFunction?: number;
    readonly total?: number;
    readonly idleSeconds?: number;
    readonly youngGenerationMb?: number;
  };
  /** Functions that are usually called after this one, to be loaded before they are; none unless given. */
  readonly calledNext?: (fn: LambdaFunction) => readonly LambdaFunction[];
}

/** Bytes of a synchronous invocation's payload and of its answer (documented: 6 MB). */
const payloadLimit = 6 * 1024 * 1024;

/** The functions of the template, their bundles run in worker threads. */
export function createLambda({
  assembly,
  access,
  environment,
  log,
  clock,
  poolSize,
  calledNext,
}: LambdaOptions): Lambda {
  const functions = new Map(assembly.functions.map((fn) => [fn.arn, fn]));
  const pool = createPool(
    (fn) =>
      startWorker(
        fn,
        { ...fn.environment, ...runtimeVariables(fn, assembly.region, access), ...environment(fn) },
        (line) => log(fn, line),
        poolSize?.youngGenerationMb,
      ),
    // Four at a time: a training on two cores is not slower than with six, and the process stays under 300 MB.
    { perFunction: 2, total: 4, idleSeconds: 30, ...poolSize },
    calledNext,
  );

  const running = new Map<string, number>();

  /**
   * As in Lambda: an invocation over the function's reserved concurrency is throttled, not queued. What waits for a worker
   * of this machine does not run yet: in Lambda it would have one at once, and be over long before.
   */
  async function withinReserved<T>(fn: LambdaFunction, work: () => Promise<T>): Promise<T> {
    const before = running.get(fn.arn) ?? 0;
    if (fn.reserved !== undefined && before >= fn.reserved) {
      log(fn, `throttled: ${before} run, ${fn.reserved} are reserved`);
      throw new LambdaError('Lambda.TooManyRequestsException', 'Rate Exceeded.');
    }
    running.set(fn.arn, before + 1);
    try {
      return await work();
    } finally {
      running.set(fn.arn, (running.get(fn.arn) ?? 1) - 1);
    }
  }

  return {
    async invoke(functionArn, payload, by, wait) {
      const fn = functions.get(functionArn);
      if (!fn) throw new AwsError('ResourceNotFoundException', 404, `Function not found: ${functionArn}`);
      authorize(fn, by, access);
      const body = JSON.stringify(payload) ?? 'null';
      if (Buffer.byteLength(body) > payloadLimit) {
        throw new AwsError(
          'RequestTooLargeException',
          413,
          `the payload for ${fn.name} is larger than ${payloadLimit} bytes`,
        );
      }
      wait?.began();
      const answer = await clock.busy(() =>
        pool.use(fn, (worker) => {
          wait?.ended();
          return withinReserved(fn, () => worker.invoke(randomUUID(), body));
        }),
      );
      if (Buffer.byteLength(answer) > payloadLimit) {
        throw new LambdaError(
          'Function.ResponseSizeTooLarge',
          `Response payload size exceeded maximum allowed payload size (${payloadLimit} bytes).`,
        );
      }
      return JSON.parse(answer);
    },
    load: (functions) => pool.load(functions),
    close: () => pool.close(),
  };
}

/** What Lambda itself sets (documented), with the function's role in it. */
function runtimeVariables(
  fn: LambdaFunction,
  region: string,
  access: Pick<Access, 'credentialsFor'>,
): Record<string, string> {
  const { accessKeyId, secretAccessKey } = access.credentialsFor(fn.roleArn);
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    LAMBDA_TASK_ROOT: fn.directory,
    _HANDLER: fn.handler,
    TZ: ':UTC',
    // Nothing of the person's own configuration reaches a function.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** A role needs `lambda:InvokeFunction`; a service needs the function's resource policy. */
function authorize(fn: LambdaFunction, by: Invoker, access: Pick<Access, 'checkRole'>): void {
  if ('roleArn' in by) {
    access.checkRole(by.roleArn, 'lambda:InvokeFunction', fn.arn);
    return;
  }
  const allowed = fn.invokers.some(
    ({ principal, sourceArn }) =>
      principal === by.principal && (sourceArn === undefined || matches(sourceArn, by.sourceArn)),
  );
  if (!allowed) {
    throw new AwsError(
      'AccessDeniedException',
      403,
      `${by.principal} (${by.sourceArn}) is not authorized to perform: lambda:InvokeFunction on resource: ` +
        `${fn.arn} because the resource policy of ${fn.name} does not allow it`,
    );
  }
}
