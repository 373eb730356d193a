import type { LambdaFunction } from '../assembly.ts';
import type { FunctionWorker } from './function-worker.ts';

export interface WorkerPool {
  /** Runs `work` with an idle worker of the function; waits for one if need be. */
  use<T>(fn: LambdaFunction, work: (worker: FunctionWorker) => Promise<T>): Promise<T>;
  /** Loads functions whose first call is soon to come, all at once, as far as there is room. */
  load(functions: readonly LambdaFunction[]): void;
  /** Ends every worker and rejects the waiting calls. */
  close(): Promise<void>;
}

interface Waiting {
  readonly fn: LambdaFunction;
  resolve(worker: FunctionWorker): void;
  reject(error: Error): void;
}

/**
 * What is loaded ahead takes the room of no worker that had work so many milliseconds ago: it may have some again. The
 * command line looks at a session twice a second.
 */
const restedMs = 600;
/** What was loaded ahead counts for so many milliseconds as if it had work: its first call is still to come. */
const awaitedMs = 3000;

/**
 * Workers are kept for the next invocation, but few of them: each holds some 28 MB. Of one function at most
 * `perFunction` run at once, of all together at most `total`; one that is not used for `idleSeconds`, or
 * whose room a function without any needs, is ended.
 * @param calledNext the functions that are usually called after this one. They are loaded one after the other from its first
 *   call on, while nothing waits for a worker
 */
export function createPool(
  start: (fn: LambdaFunction) => FunctionWorker,
  limits: { perFunction: number; total: number; idleSeconds: number },
  calledNext: (fn: LambdaFunction) => readonly LambdaFunction[] = () => [],
): WorkerPool {
  let closed = false;
  const workers = new Map<FunctionWorker, { idleSince: number }>();
  const called = new WeakSet<FunctionWorker>();
  const waiting: Waiting[] = [];
  const ahead = new Set<LambdaFunction>();
  let loadsAhead = false;

  const end = (worker: FunctionWorker) => {
    workers.delete(worker);
    return worker.end();
  };
  const sweep = setInterval(() => {
    const limit = performance.now() - limits.idleSeconds * 1000;
    for (const [worker, { idleSince }] of workers) if (!worker.busy && idleSince < limit) void end(worker);
  }, 1000);
  sweep.unref();

  const add = (fn: LambdaFunction, expectedMs = 0): FunctionWorker => {
    const worker = start(fn);
    ahead.delete(fn);
    workers.set(worker, { idleSince: performance.now() + expectedMs });
    return worker;
  };

  const hasWorker = (fn: LambdaFunction) =>
    [...workers.keys()].some((worker) => worker.fn === fn && !worker.ended);

  /** One that died while it had no work, or was loaded ahead, takes no room. */
  const forgetDead = () => {
    for (const worker of workers.keys()) if (worker.ended && !worker.busy) workers.delete(worker);
  };

  /** Ends the worker that has been idle for the longest time, if that is long enough; for a call, any will do. */
  const makeRoom = (idleMs = Number.NEGATIVE_INFINITY): boolean => {
    const [longest] = [...workers]
      .filter(([worker]) => !worker.busy)
      .sort(([, a], [, b]) => a.idleSince - b.idleSince);
    if (!longest || performance.now() - longest[1].idleSince < idleMs) return false;
    void end(longest[0]);
    return true;
  };

  /** A worker for the function, or nothing when there is no room now. */
  const find = (fn: LambdaFunction): FunctionWorker | undefined => {
    forgetDead();
    const own = [...workers.keys()].filter((worker) => worker.fn === fn);
    const idle = own.find((worker) => !worker.busy);
    if (idle) return idle;
    if (own.length >= limits.perFunction) return undefined;
    if (workers.size >= limits.total) {
      // Loading a bundle takes longer than most invocations: functions that take each other's room in turn would do
      // little else. A function that has workers waits for one of them.
      if (own.length > 0 || !makeRoom()) return undefined;
    }
    return add(fn);
  };

  const loadAhead = async () => {
    if (loadsAhead || closed || waiting.length > 0) return;
    forgetDead();
    const [fn] = ahead;
    if (!fn) return;
    if (hasWorker(fn)) ahead.delete(fn);
    else {
      // The next call tries again.
      if (workers.size >= limits.total && !makeRoom(restedMs)) return;
      loadsAhead = true;
      // An invocation reports what is wrong with it.
      await add(fn, awaitedMs).loaded.catch(() => {});
      loadsAhead = false;
    }
    await loadAhead();
  };

  const serve = () => {
    for (let i = 0; i < waiting.length; ) {
      const next = waiting[i];
      const worker = next && find(next.fn);
      if (!next || !worker) {
        i++;
        continue;
      }
      waiting.splice(i, 1);
      worker.busy = true;
      next.resolve(worker);
    }
  };

  return {
    async use(fn, work) {
      if (closed) throw new Error('the local runtime is stopping');
      const worker = await new Promise<FunctionWorker>((resolve, reject) => {
        waiting.push({ fn, resolve, reject });
        serve();
      });
      if (!called.has(worker)) for (const next of calledNext(fn)) ahead.add(next);
      called.add(worker);
      void loadAhead();
      try {
        return await work(worker);
      } finally {
        worker.busy = false;
        if (worker.ended) workers.delete(worker);
        else workers.set(worker, { idleSince: performance.now() });
        if (!closed) serve();
        void loadAhead();
      }
    },
    load(functions) {
      for (const fn of functions) {
        if (!closed && workers.size < limits.total && !hasWorker(fn)) add(fn, awaitedMs);
      }
    },
    async close() {
      closed = true;
      clearInterval(sweep);
      for (const { reject } of waiting.splice(0)) reject(new Error('the local runtime is stopping'));
      await Promise.all([...workers.keys()].map(end));
    },
  };
}
