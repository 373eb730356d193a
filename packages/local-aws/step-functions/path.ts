import { isObject, type Json } from './json.ts';

/** The data that a path is read from: `$` is the state's own, `$$` the context object. */
export interface Data {
  readonly value: Json;
  readonly context: { readonly [field: string]: Json };
}

type Step =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined };

export interface Path {
  readonly text: string;
  /** Begins with `$$`. */
  readonly ofContext: boolean;
  readonly steps: readonly Step[];
  /** Leads to one place. Another one, with a wildcard or a slice, gives an array of what it finds. */
  readonly definite: boolean;
}

/** The forms of a path that run here, for the documentation; everything else is refused. */
export const pathForms = ['$', '$$', '.name', "['name']", '[0]', '[-1]', '[*]', '.*', '[1:3]'] as const;

const forms: readonly (readonly [RegExp, (match: RegExpExecArray) => Step])[] = [
  [/\.([\p{L}\p{N}_-]+)/uy, ([, name = '']) => ({ kind: 'name', name })],
  // A backslash in brackets is a character like any other, as recorded from AWS.
  [/\['([^']+)'\]/uy, ([, name = '']) => ({ kind: 'name', name })],
  [/\["([^"]+)"\]/uy, ([, name = '']) => ({ kind: 'name', name })],
  [/\[(-?\d+)\]/y, ([, index]) => ({ kind: 'index', index: Number(index) })],
  [/\[\*\]|\.\*/y, () => ({ kind: 'all' })],
  // A single end may be counted from the back. With both ends AWS does not count like that, so it is refused.
  [/\[(-?\d+):\]/y, ([, from]) => ({ kind: 'slice', from: Number(from), to: undefined })],
  [/\[:(-?\d+)\]/y, ([, to]) => ({ kind: 'slice', from: undefined, to: Number(to) })],
  [/\[(\d+):(\d+)\]/y, ([, from, to]) => ({ kind: 'slice', from: Number(from), to: Number(to) })],
];

/** @throws Error that says what of the path does not run here */
export function parsePath(text: string): Path {
  if (!text.startsWith('$')) throw new Error(`the path ${text} does not begin with $`);
  const ofContext = text.startsWith('$$');
  const steps: Step[] = [];
  let at = ofContext ? 2 : 1;
  while (at < text.length) {
    const next = readStep(text, at);
    if (!next) throw new Error(`the path ${text} has a part that does not run here: ${text.slice(at)}`);
    steps.push(next.step);
    at = next.end;
  }
  if (ofContext) checkContextPath(text, steps);
  return { text, ofContext, steps, definite: steps.every(({ kind }) => kind === 'name' || kind === 'index') };
}

function readStep(text: string, at: number): { step: Step; end: number } | undefined {
  for (const [pattern, read] of forms) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return { step: read(match), end: pattern.lastIndex };
  }
  return undefined;
}

/** What the context object holds here. */
export const contextFields: Readonly<Record<string, readonly string[]>> = {
  Execution: ['Id', 'Input', 'Name', 'RedriveCount', 'RoleArn', 'StartTime'],
  StateMachine: ['Id', 'Name'],
  State: ['EnteredTime', 'Name', 'RetryCount'],
  Map: ['Item.Index', 'Item.Value'],
};

function checkContextPath(text: string, steps: readonly Step[]): void {
  const names = steps.map((step) => (step.kind === 'name' ? step.name : ''));
  const [first, ...rest] = names;
  if (first === undefined) return;
  const known = contextFields[first];
  const fits = (field: string) => {
    const parts = field.split('.');
    return rest.length >= parts.length
      ? parts.every((part, index) => part === rest[index])
      : rest.every((part, index) => part === parts[index]);
  };
  if (!known || (rest.length > 0 && !known.some(fits))) {
    throw new Error(`the context object has no ${text} here`);
  }
}

export type Found = { readonly value: Json } | { readonly missing: string };

/** Follows a path. A path that is not definite always finds something: an array, which may be empty. */
export function readPath(path: Path, data: Data): Found {
  const root: Json = path.ofContext ? { ...data.context } : data.value;
  if (!path.definite)
    return {
      value: path.steps.reduce<Json[]>((found, step) => found.flatMap((one) => spread(one, step)), [root]),
    };
  let value = root;
  let walked = '$';
  for (const [position, step] of path.steps.entries()) {
    const [next, ...others] = spread(value, step);
    walked += step.kind === 'name' ? `['${step.name}']` : `[${step.kind === 'index' ? step.index : ''}]`;
    if (next === undefined || others.length > 0) {
      const isLast = position === path.steps.length - 1;
      return { missing: isLast ? `No results for path: ${walked}` : `Missing property in path ${walked}` };
    }
    value = next;
  }
  return { value };
}

function spread(value: Json, step: Step): Json[] {
  switch (step.kind) {
    case 'name':
      return isObject(value) && Object.hasOwn(value, step.name) ? [value[step.name] ?? null] : [];
    case 'index': {
      const item = Array.isArray(value) ? value.at(step.index) : undefined;
      return item === undefined ? [] : [item];
    }
    case 'all':
      return Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
    case 'slice':
      return Array.isArray(value) ? value.slice(step.from, step.to) : [];
  }
}

/** A path to exactly one place, as ResultPath and Variable take it. @throws Error that says why it is none */
export function parseReferencePath(text: string): Path {
  const path = parsePath(text);
  if (!path.definite) throw new Error(`the path ${text} must lead to one place, without wildcard or slice`);
  return path;
}

/** A path into the state's own data, to put a result there. @throws Error that says why it cannot be one */
export function parseResultPath(text: string): Path {
  const path = parseReferencePath(text);
  if (path.ofContext)
    throw new Error(`the path ${text} leads into the context object, which nothing can change`);
  if (path.steps.some((step) => step.kind === 'index')) {
    throw new Error(`the path ${text} puts a result into an array, which does not run here`);
  }
  return path;
}

/**
 * A copy of `input` with the value put where the path leads; objects on the way are made.
 * @returns undefined when something on the way is no object
 */
export function writePath(path: Path, input: Json, value: Json): Json | undefined {
  const put = (into: Json | undefined, steps: readonly Step[]): Json | undefined => {
    const [step, ...rest] = steps;
    if (step?.kind !== 'name') return value;
    if (into !== undefined && !isObject(into)) return undefined;
    const own = into && Object.hasOwn(into, step.name) ? into[step.name] : undefined;
    const inner = put(own, rest);
    return inner === undefined ? undefined : { ...into, [step.name]: inner };
  };
  return put(input, path.steps);
}
