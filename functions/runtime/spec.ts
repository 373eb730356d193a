import type * as z from 'zod';
import type { CapabilityName, DepsOf } from './capabilities.ts';

/** The declaration of every function, as data: read by the template, the handler, the fault rig and the docs. */
export interface FunctionSpec {
  /** In plain words: a state's title in the graph. The folder has the same words: `Check upload` → `check-upload`. */
  readonly name: string;
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
  readonly retry: 'never' | 'retryOncePerState' | 'retryOncePerStateOrForProvider' | 'retryInLoop';
}

/** A route of the API: what it is called, takes and answers. The OpenAPI document is made of it. */
export interface RouteSpec extends FunctionSpec {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: `/${string}`;
  readonly summary: string;
  readonly description?: string;
  readonly body?: { readonly schema: z.ZodType; readonly optional?: true };
  readonly query?: z.ZodObject;
  readonly answer: {
    readonly status: 200 | 201 | 202 | 204;
    readonly description: string;
    readonly schema?: z.ZodType;
    /** What a 200 with the same schema means, where the status is another. */
    readonly ok?: string;
    /** What a 202 means, which asks to repeat the request. */
    readonly goesOn?: { readonly description: string; readonly schema: z.ZodType };
    /** Says in `retry-after` when to ask again: always after so many seconds, or as the work says. */
    readonly retryAfter?: number | 'as the work says';
  };
  /** Takes an `Idempotency-Key`: what it leads to is charged, and is done once for the same key. */
  readonly idempotencyKey?: true;
  /** It can be rejected because of the session's status. */
  readonly mayConflict?: true;
  /** Its body may ask for what is not there. */
  readonly mayFindNothing?: true;
  /** It calls the provider while the caller waits, and tells what came of it. */
  readonly callsProvider?: true;
}

/** Ids that a path may hold. functions/api/request.ts has what each looks like, and checks it. */
export type KnownId = 'id' | 'trackId';

/** Another id would be checked by nothing and missing in the OpenAPI document, so it does not compile. */
type OnlyKnownIds<Path extends string> = [PathId<Path>] extends [KnownId] ? Path : never;

export const defineRoute = <const Spec extends RouteSpec>(
  spec: Spec & { readonly path: OnlyKnownIds<Spec['path']> },
): Spec => spec;

/** API Gateway itself gives up after 30 s (documented). */
export const routeLambda = { timeoutSeconds: 20 } as const;

/** The key of a route in API Gateway: `GET /sessions/{id}`. */
export const routeKey = ({ method, path }: Pick<RouteSpec, 'method' | 'path'>): string => `${method} ${path}`;

/** Query of a route, as its schema parses it; of any route, unknown. */
export type QueryOf<Spec extends RouteSpec> = Spec extends { readonly query: infer Query extends z.ZodType }
  ? z.output<Query>
  : 'query' extends keyof Spec
    ? unknown
    : undefined;

/** Body of a request to a route, as its schema parses it; of any route, unknown. */
export type BodyOf<Spec extends RouteSpec> = Spec extends {
  readonly body: { readonly schema: infer Body extends z.ZodType };
}
  ? z.output<Body>
  : 'body' extends keyof Spec
    ? unknown
    : undefined;

/** Body of a route's answer, as its schemas take it; of any route, an object. */
export type AnswerOf<Spec extends RouteSpec> =
  | (Spec['answer'] extends { readonly schema: infer Body extends z.ZodType<object, object> }
      ? { readonly body: z.input<Body> }
      : { readonly body?: 'schema' extends keyof Spec['answer'] ? object : undefined })
  | (Spec['answer'] extends {
      readonly goesOn: { readonly schema: infer Body extends z.ZodType<object, object> };
    }
      ? { readonly status: 202; readonly body: z.input<Body> }
      : never);

/** Ids in the path of a route: `id`, `trackId`. */
export type PathId<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathId<Rest>
  : never;

export const defineState = <const Spec extends StateSpec>(spec: Spec): Spec => spec;

/** A function that a schedule or a rule calls; infra/constructs has what calls it. */
export interface TriggerSpec extends TaskSpec {
  /** One line for the console. */
  readonly about: string;
}

export const defineTrigger = <const Spec extends TriggerSpec>(spec: Spec): Spec => spec;

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
