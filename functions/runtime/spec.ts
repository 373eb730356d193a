import type * as z from 'zod';
import type { CapabilityName, DepsOf } from './capabilities.ts';

/** What every function says of itself, as data: read by the template, the handler, the fault rig and the docs. */
export interface FunctionSpec {
  /** In plain words: a state's title in the graph. The folder has the same words: `Check upload` → `check-upload`. */
  readonly name: string;
  /** One line for the console; the name unless given. */
  readonly description?: string;
  readonly lambda: {
    /** Longest run. */
    readonly timeoutSeconds: number;
    /** Memory, and with it the share of a CPU; 256 unless given. */
    readonly memoryMb?: number;
    /** How many run at once, at most; a stage may set it otherwise. No limit of its own unless given. */
    readonly reservedConcurrency?: number;
  };
  /** What the work is given, and nothing else: variables and permissions come with it. */
  readonly uses: readonly CapabilityName[];
}

/** A function that is handed an event by a machine, a schedule or a rule. */
export interface TaskSpec extends FunctionSpec {
  readonly input: z.ZodType;
  /** The input is the whole event, the execution with it; else what the machine calls `input`. */
  readonly wholeEvent?: true;
}

/** A state of a machine that calls a function. */
export interface StateSpec extends TaskSpec {
  /** Which errors the machine repeats it on: the policies are in infra/workflows/retry-policies.ts. */
  readonly retry: 'never' | 'oncePerRun' | 'oncePerRunOrForProvider' | 'everyRound';
}

export const defineState = <const Spec extends StateSpec>(spec: Spec): Spec => spec;

/** A function that a schedule or a rule calls; infra/constructs has what calls it. */
export const defineTrigger = <const Spec extends TaskSpec>(spec: Spec): Spec => spec;

/** The last part of the function's folder. */
export const folderOf = ({ name }: Pick<FunctionSpec, 'name'>): string =>
  name
    .toLowerCase()
    .replace(/[^a-z ]/g, '')
    .replaceAll(' ', '-');

/** What a function is called in the configuration: `checkUpload`. */
export const keyOf = (spec: Pick<FunctionSpec, 'name'>): string =>
  folderOf(spec).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** What the work is given beside its input. */
export type Deps<Spec extends FunctionSpec> = DepsOf<Spec['uses'][number]>;

export type Work<Spec extends TaskSpec, Output> = (
  input: z.output<Spec['input']>,
  deps: Deps<Spec>,
) => Promise<Output>;

/** What makes each dependency: one too few does not compile, and neither does one that no capability gives. */
export type Clients<Spec extends FunctionSpec> = {
  readonly [Name in keyof Deps<Spec>]: () => Deps<Spec>[Name];
};
