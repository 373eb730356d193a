import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LambdaFunction } from '../../../../packages/local-aws/assembly.ts';
import type { FunctionWorker } from '../../../../packages/local-aws/lambda/function-worker.ts';
import { createPool } from '../../../../packages/local-aws/lambda/worker-pool.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function functionNamed(name: string): LambdaFunction {
  const directory = `/${name}`;
  const limits = { timeoutSeconds: 5, memoryMb: 128 };
  return {
    name,
    arn: name,
    directory,
    handler: 'index.handler',
    environment: {},
    ...limits,
    roleArn: '',
    invokers: [],
  };
}

/** A pool of workers that a test plays, and what began and ended in it, in order. */
function poolOf({ total, next }: { total: number; next: Record<string, string[]> }) {
  const functions = new Map<string, LambdaFunction>();
  const named = (name: string) => {
    const fn = functions.get(name) ?? functionNamed(name);
    functions.set(name, fn);
    return fn;
  };
  const happened: string[] = [];
  const loads = new Map<string, () => void>();
  const dead = new Set<string>();
  const start = (fn: LambdaFunction): FunctionWorker => {
    happened.push(`+${fn.name}`);
    const loaded = Promise.withResolvers<unknown>();
    loads.set(fn.name, () => loaded.resolve({}));
    dead.delete(fn.name);
    return {
      fn,
      busy: false,
      get ended() {
        return dead.has(fn.name);
      },
      loaded: loaded.promise,
      invoke: async () => '',
      async end() {
        happened.push(`-${fn.name}`);
      },
    };
  };
  const limits = { perFunction: 2, total, idleSeconds: 30 };
  const pool = createPool(start, limits, ({ name }) => (next[name] ?? []).map(named));
  return {
    happened,
    die: (name: string) => dead.add(name),
    loadAll: (...names: string[]) => pool.load(names.map(named)),
    close: () => pool.close(),
    call: (name: string, work: () => Promise<unknown> = async () => {}) => pool.use(named(name), work),
    async load(name: string) {
      loads.get(name)?.();
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

describe('functions that are usually called next', () => {
  it('are loaded one after the other, from the first call of the one before on', async () => {
    const { call, load, happened } = poolOf({ total: 4, next: { a: ['b', 'c'], b: ['d'] } });
    await call('a');
    expect(happened).toEqual(['+a', '+b']);
    await load('b');
    expect(happened).toEqual(['+a', '+b', '+c']);
    await load('c');
    await call('a');
    expect(happened).toEqual(['+a', '+b', '+c']);
    await call('b');
    expect(happened).toEqual(['+a', '+b', '+c', '+d']);
  });

  it('take the room of what has rested; what had work a moment ago keeps it until a later call', async () => {
    const { call, load, happened } = poolOf({ total: 2, next: { b: ['c'], d: ['e'] } });
    await call('a');
    await vi.advanceTimersByTimeAsync(700);
    await call('b');
    expect(happened).toEqual(['+a', '+b', '-a', '+c']);
    await load('c');
    await call('c');
    await call('d');
    expect(happened).toEqual(['+a', '+b', '-a', '+c', '-b', '+d']);
    await vi.advanceTimersByTimeAsync(700);
    await call('d');
    expect(happened.slice(6)).toEqual(['-c', '+e']);
  });

  it('keep their room for some seconds: a call of another function takes that of what had its call', async () => {
    const { call, load, happened } = poolOf({ total: 2, next: { a: ['b'] } });
    await call('a');
    await load('b');
    await vi.advanceTimersByTimeAsync(400);
    await call('a');
    await call('c');
    expect(happened).toEqual(['+a', '+b', '-a', '+c']);
    await vi.advanceTimersByTimeAsync(3000);
    await call('c');
    await call('d');
    expect(happened.slice(4)).toEqual(['-b', '+d']);
  });

  it('take no room of a function that is called twice a second', async () => {
    const { call, happened } = poolOf({ total: 2, next: { b: ['c'] } });
    await call('a');
    await vi.advanceTimersByTimeAsync(500);
    await call('b');
    expect(happened).toEqual(['+a', '+b']);
  });

  it('wait while calls wait for a worker', async () => {
    const { call, happened } = poolOf({ total: 1, next: { a: ['c'] } });
    const first = Promise.withResolvers<void>();
    const second = Promise.withResolvers<void>();
    const calls = [call('a', () => first.promise), call('b', () => second.promise)];
    await vi.advanceTimersByTimeAsync(1000);
    first.resolve();
    await vi.advanceTimersByTimeAsync(1000);
    expect(happened).toEqual(['+a', '-a', '+b']);
    second.resolve();
    await Promise.all(calls);
  });

  it('that cannot be loaded keep no other from being loaded', async () => {
    const ended = vi.fn();
    const fn = functionNamed('a');
    const others = [functionNamed('b'), functionNamed('c')];
    const began: string[] = [];
    const start = (one: LambdaFunction): FunctionWorker => {
      began.push(one.name);
      const loaded = one.name === 'b' ? Promise.reject(new Error('broken')) : Promise.resolve({});
      return { fn: one, busy: false, ended: false, loaded, invoke: async () => '', end: ended };
    };
    const pool = createPool(start, { perFunction: 2, total: 4, idleSeconds: 30 }, () => others);
    await pool.use(fn, async () => {});
    await vi.advanceTimersByTimeAsync(0);
    expect(began).toEqual(['a', 'b', 'c']);
  });
});

it('functions whose calls are soon to come are loaded at once, as far as there is room, and called there', async () => {
  const { loadAll, call, close, happened } = poolOf({ total: 2, next: {} });
  loadAll('a');
  loadAll('a', 'b', 'c');
  expect(happened).toEqual(['+a', '+b']);
  await call('b');
  await call('a');
  expect(happened).toEqual(['+a', '+b']);
  await close();
  loadAll('d');
  expect(happened).toEqual(['+a', '+b', '-a', '-b']);
});

it('a call takes the room of what was loaded for another call that is still to come', async () => {
  const { loadAll, call, happened } = poolOf({ total: 2, next: {} });
  loadAll('a', 'b');
  void call('c');
  expect(happened).toEqual(['+a', '+b', '-a', '+c']);
});

it('a worker that died without work takes no room: the next call of its function gets another', async () => {
  const { loadAll, call, die, happened } = poolOf({ total: 1, next: {} });
  loadAll('a');
  die('a');
  void call('a');
  expect(happened).toEqual(['+a', '+a']);
});
