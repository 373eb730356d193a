import { AsyncLocalStorage } from 'node:async_hooks';
import { LambdaError } from '../../packages/local-aws/lambda.ts';
import type { Turns } from './scheduler.ts';

/** One run of a function: of a state of the machine, of a route of the API, or of an event. */
export interface Invocation {
  /** The state's title, or the route's short name. */
  readonly name: string;
  readonly trackId?: string | undefined;
  /** Of a state: the execution that it belongs to, by its ARN. */
  readonly execution?: string | undefined;
  /** Of a decision: what was decided. */
  readonly choice?: string | undefined;
  /** Moment of the world at which its last step was made; 0 before that. */
  readonly noticed?: number;
}

/** What an invocation asks of the world outside it; between two of them nothing else can happen to it. */
export interface Step {
  /** 1, 2, … over the whole life of the world. */
  readonly number: number;
  readonly by: Invocation;
  readonly kind: 'begin' | 'read' | 'write' | 'call' | 'execution' | 'answer';
  /** The provider's call, the operation on the execution, or the record. */
  readonly what: string;
  /** Of a write: what is written. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** What may happen to a step. `before`: it is not made; `after`: it is made, and its answer is lost. */
export type Interference<Fault> =
  | { readonly kind: 'timed-out' | 'out-of-memory' | 'process-killed'; readonly when: 'before' | 'after' }
  | { readonly kind: 'throws'; readonly when: 'before' | 'after'; readonly error: Error }
  /** Its answer is lost and the client library repeats the request; the caller gets the second answer. */
  | { readonly kind: 'repeats' }
  /** It is slow: others come first. */
  | { readonly kind: 'waits'; readonly until: Promise<unknown> }
  /** Of a call: what the provider does with it. */
  | { readonly kind: 'provider'; readonly fault: Fault };

export interface Invocations<Fault> {
  /** Runs a function. @throws what it throws, or LambdaError when it was cut off */
  run<T>(invocation: Invocation, work: () => Promise<T>): Promise<T>;
  /** Makes a step of the invocation at hand, when it is its turn. */
  step<T>(
    step: Pick<Step, 'kind' | 'what' | 'values'>,
    make: (fault: Fault | undefined) => Promise<T>,
  ): Promise<T>;
  /** Ends all running functions at once, without notice. */
  killAll(): void;
  /** Those that run now. */
  running(): Invocation[];
  /** The invocation that this code runs in. */
  current(): Invocation | undefined;
  /** The moment of the world: grows whenever a step begins or ends. */
  moment(): number;
}

/** The process died; waiting callers get no answer. */
export class ProcessKilled extends Error {}

interface Life extends Invocation {
  dead: boolean;
  noticed: number;
  readonly end: (error: Error) => void;
}

const silence = new Promise<never>(() => {});

const cutOff = {
  'timed-out': () => new LambdaError('Sandbox.Timedout', 'Error: Task timed out after 30.00 seconds'),
  'out-of-memory': () =>
    new LambdaError('Runtime.OutOfMemory', 'Error: Runtime exited with error: signal: killed'),
};

/** Functions in this process, each of whose steps can be interfered with. */
export function createInvocations<Fault>(options: {
  readonly turns: Turns;
  interfere(step: Step): Interference<Fault> | undefined;
  /** The whole process is to die now. */
  killProcess(): void;
  /** Called when an invocation has ended. */
  onEnd(): void;
}): Invocations<Fault> {
  const current = new AsyncLocalStorage<Life>();
  const lives = new Set<Life>();
  let steps = 0;
  let moment = 0;

  const invocations: Invocations<Fault> = {
    current: () => current.getStore(),
    running: () => [...lives],
    moment: () => moment,
    async run(invocation, work) {
      const ended = Promise.withResolvers<never>();
      const life: Life = { ...invocation, dead: false, noticed: 0, end: ended.reject };
      lives.add(life);
      const alive = current.run(life, async () => {
        await invocations.step({ kind: 'begin', what: invocation.name }, async () => {});
        return work();
      });
      try {
        return await Promise.race([alive, ended.promise]);
      } finally {
        lives.delete(life);
        options.onEnd();
      }
    },
    async step(about, make) {
      const life = current.getStore();
      if (!life) throw new Error(`${about.kind} ${about.what}: no invocation makes this step.`);
      const { name, trackId, choice } = life;
      const die = (kind: 'timed-out' | 'out-of-memory' | 'process-killed') => {
        if (kind === 'process-killed') return options.killProcess();
        life.dead = true;
        life.end(cutOff[kind]());
      };
      let interference: Interference<Fault> | undefined;
      const begin = async () => {
        moment++;
        if (!life.dead)
          interference = options.interfere({ number: ++steps, by: { name, trackId, choice }, ...about });
      };
      const finish = async () => {
        if (life.dead) return;
        life.noticed = ++moment;
        const fate = interference && 'when' in interference ? interference : undefined;
        if (fate?.when === 'before') return meet(fate);
        const fault = interference?.kind === 'provider' ? interference.fault : undefined;
        const made = await make(fault).then(
          (value) => ({ value }),
          (error: unknown) => ({ error }),
        );
        if (fate) return meet(fate);
        if ('error' in made) throw made.error;
        return made;
      };
      const meet = (fate: Extract<Interference<Fault>, { when: string }>) => {
        if (fate.kind === 'throws') throw fate.error;
        die(fate.kind);
      };
      const made = await options.turns.take(async () => {
        await begin();
        return interference?.kind === 'waits' ? interference : { now: await finish() };
      });
      if (!('now' in made)) await made.until;
      let result = 'now' in made ? made.now : await options.turns.take(finish);
      if (interference?.kind === 'repeats') result = await options.turns.take(finish);
      if (life.dead || !result) return silence;
      return result.value;
    },
    killAll() {
      for (const life of lives) {
        life.dead = true;
        life.end(new ProcessKilled('The process was killed.'));
      }
    },
  };
  return invocations;
}
