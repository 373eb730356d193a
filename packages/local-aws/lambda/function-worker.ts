import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { LambdaFunction } from '../assembly.ts';
import { LambdaError } from './lambda-error.ts';

const failureShape = z.object({
  errorType: z.string(),
  errorMessage: z.string(),
  trace: z.array(z.string()).optional(),
});
const messageShape = z.object({
  ready: z.literal(true).optional(),
  body: z.string().optional(),
  failure: failureShape.optional(),
});

/** Lambda gives a function ten seconds to load (documented); twice that for a machine that is busy. */
const loadSeconds = 20;
/**
 * MiB of V8's young generation per worker, unless the stack is given another. Measured with the SDK's bundle: 28 MB of RSS
 * a worker, where V8's own default comes to 45.
 */
const defaultYoungGenerationMb = 2;

/** One execution environment of one function: a thread with its own variables, memory and time-out. */
export interface FunctionWorker {
  readonly fn: LambdaFunction;
  /** Invocation under way. */
  busy: boolean;
  /** Ended, or about to: not to be given work. */
  readonly ended: boolean;
  /** Resolves when its bundle is loaded, or cannot be. @throws LambdaError when it ended before */
  readonly loaded: Promise<unknown>;
  /** Runs the handler once and gives its answer as JSON. @throws LambdaError */
  invoke(requestId: string, payload: string): Promise<string>;
  end(): Promise<void>;
}

/** Where the bundle is: `index.handler` → `index.mjs`, export `handler`. */
function locate(fn: LambdaFunction): { file: string; export: string } {
  const dot = fn.handler.lastIndexOf('.');
  return {
    file: path.join(fn.directory, `${fn.handler.slice(0, dot)}.mjs`),
    export: fn.handler.slice(dot + 1),
  };
}

/**
 * Starts a worker; its bundle loads while the first invocation waits.
 * @param youngGenerationMb MiB for new objects: with more of it, V8 collects garbage less often
 */
export function startWorker(
  fn: LambdaFunction,
  environment: Readonly<Record<string, string>>,
  log: (line: string) => void,
  youngGenerationMb = defaultYoungGenerationMb,
): FunctionWorker {
  const worker = new Worker(new URL('./worker.mjs', import.meta.url), {
    name: fn.name,
    workerData: { ...locate(fn), handler: fn.handler, compileCache: process.env.NODE_COMPILE_CACHE },
    env: { ...environment },
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: fn.memoryMb, maxYoungGenerationSizeMb: youngGenerationMb },
  });
  worker.unref();
  forwardLines(worker.stdout, log);
  forwardLines(worker.stderr, log);

  let ended = false;
  let expect: ((message: z.infer<typeof messageShape>) => void) | undefined;
  let die: ((error: LambdaError) => void) | undefined;
  let crash: LambdaError | undefined;
  worker.on('message', (message) => expect?.(messageShape.parse(message)));
  worker.on('error', (error: Error & { code?: string }) => {
    crash =
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? new LambdaError('Runtime.OutOfMemory', 'Error: Runtime exited with error: signal: killed')
        : new LambdaError(error.name, error.message, error.stack?.split('\n'));
    log(`${crash.message}`);
  });
  worker.on('exit', (code) => {
    ended = true;
    crash ??= new LambdaError('Runtime.ExitError', `Error: Runtime exited with error: exit status ${code}`);
    die?.(crash);
  });

  /** The next message of the thread, or its death, or the end of its time. */
  const next = (seconds: number, late: () => LambdaError) =>
    new Promise<z.infer<typeof messageShape>>((resolve, reject) => {
      const timer = setTimeout(() => {
        settle();
        reject(late());
        void end();
      }, seconds * 1000);
      const settle = () => {
        clearTimeout(timer);
        expect = undefined;
        die = undefined;
      };
      expect = (message) => {
        settle();
        resolve(message);
      };
      die = (error) => {
        settle();
        reject(error);
      };
      if (ended) die(crash ?? new LambdaError('Runtime.ExitError', 'Error: Runtime exited'));
    });

  const end = async () => {
    ended = true;
    await worker.terminate();
  };

  const loaded = next(
    loadSeconds,
    () => new LambdaError('Sandbox.Timedout', `Error: ${fn.name} did not load within ${loadSeconds} seconds`),
  );
  loaded.catch(() => {}); // An invocation reports it.

  return {
    fn,
    busy: false,
    loaded,
    get ended() {
      return ended;
    },
    end,
    async invoke(requestId, payload) {
      const { failure: unloadable } = await loaded;
      if (unloadable) {
        void end();
        throw new LambdaError(unloadable.errorType, unloadable.errorMessage, unloadable.trace);
      }
      // The message is Lambda's own: "Task timed out after 3.00 seconds".
      const limit = fn.timeoutSeconds.toFixed(2);
      const answer = next(
        fn.timeoutSeconds,
        () =>
          new LambdaError(
            'Sandbox.Timedout',
            `RequestId: ${requestId} Error: Task timed out after ${limit} seconds`,
          ),
      );
      worker.postMessage({
        payload,
        context: {
          awsRequestId: requestId,
          functionName: fn.name,
          functionVersion: '$LATEST',
          invokedFunctionArn: fn.arn,
          memoryLimitInMB: String(fn.memoryMb),
          logGroupName: `/aws/lambda/${fn.name}`,
          logStreamName: 'local',
          deadline: Date.now() + fn.timeoutSeconds * 1000,
        },
      });
      const { body, failure } = await answer;
      if (failure) throw new LambdaError(failure.errorType, failure.errorMessage, failure.trace);
      return body ?? 'null';
    },
  };
}

function forwardLines(stream: Readable, log: (line: string) => void): void {
  createInterface({ input: stream }).on('line', log);
}
