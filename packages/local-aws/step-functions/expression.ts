import { intrinsicFunctions } from './intrinsic-functions.ts';
import type { Json } from './json.ts';
import { type Data, type Path, parsePath, readPath } from './path.ts';
import { EvaluationError } from './state-error.ts';

/** What a field whose name ends in `.$` holds: a path, or a call of an intrinsic function. */
export type Expression =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'literal'; readonly value: Json }
  | {
      readonly kind: 'call';
      readonly text: string;
      /** Without `States.` */
      readonly name: string;
      readonly args: readonly Expression[];
    };

export interface Evaluation extends Data {
  readonly random: () => number;
}

/** Calls within calls (documented). */
const deepest = 10;

/** @throws Error that says what of the expression does not run here */
export function parseExpression(text: string): Expression {
  if (text.startsWith('$')) return { kind: 'path', path: parsePath(text) };
  if (!text.startsWith('States.')) throw new Error(`${text} is neither a path nor an intrinsic function`);
  const { expression, end } = parseArgument(text, 0, 1);
  if (end !== text.length) throw new Error(`${text} goes on after the call: ${text.slice(end)}`);
  return expression;
}

const call = /States\.(\w+)\(\s*/y;
const string = /'((?:[^'\\]|\\['{}\\])*)'/y;
const constant = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const space = /\s*/y;
/** A path ends at a comma or bracket outside of its own square brackets. */
const path = /\$(?:\['[^']*'\]|\["[^"]*"\]|\[[^\]]*\]|[^\s,)[])*/y;

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function parseArgument(text: string, at: number, depth: number): { expression: Expression; end: number } {
  const opening = match(call, text, at);
  if (opening) return parseCall(text, at, opening, depth);
  const read: readonly [RegExp, (found: RegExpExecArray) => Expression][] = [
    [string, ([, raw = '']) => ({ kind: 'literal', value: raw })],
    [constant, ([raw]) => ({ kind: 'literal', value: JSON.parse(raw) })],
    [path, ([raw]) => ({ kind: 'path', path: parsePath(raw) })],
  ];
  for (const [pattern, make] of read) {
    const found = match(pattern, text, at);
    if (found) return { expression: make(found), end: pattern.lastIndex };
  }
  throw new Error(`${text} has an argument that does not run here: ${text.slice(at)}`);
}

function parseCall(
  text: string,
  start: number,
  opening: RegExpExecArray,
  depth: number,
): { expression: Expression; end: number } {
  const name = opening[1] ?? '';
  const known = Object.hasOwn(intrinsicFunctions, name) ? intrinsicFunctions[name] : undefined;
  if (!known) throw new Error(`the intrinsic function States.${name} does not run here`);
  if (depth > deepest) throw new Error(`${text} has more than ${deepest} calls within one another`);
  const args: Expression[] = [];
  let at = start + opening[0].length;
  while (text[at] !== ')') {
    if (args.length > 0) {
      if (text[at] !== ',') throw new Error(`${text} lacks a comma or a bracket: ${text.slice(at)}`);
      at = skip(text, at + 1);
    }
    const { expression, end } = parseArgument(text, at, depth + 1);
    args.push(name === 'Format' && args.length === 0 ? expression : withoutEscapes(expression));
    at = skip(text, end);
  }
  const [least, most] = known.takes;
  if (args.length < least || args.length > most) {
    throw new Error(
      `States.${name} takes ${least === most ? least : `at least ${least}`} arguments here, not ${args.length}`,
    );
  }
  checkArguments(name, args);
  return { expression: { kind: 'call', text: text.slice(start, at + 1), name, args }, end: at + 1 };
}

function skip(text: string, at: number): number {
  match(space, text, at);
  return space.lastIndex;
}

/** The template of a Format keeps its escapes, for it distinguishes `{}` from `\{\}`. */
function withoutEscapes(expression: Expression): Expression {
  if (expression.kind !== 'literal' || typeof expression.value !== 'string') return expression;
  return { kind: 'literal', value: expression.value.replace(/\\(.)/g, '$1') };
}

/** What can be seen before anything runs. */
function checkArguments(name: string, args: readonly Expression[]): void {
  const [template, ...values] = args;
  if (name === 'Format' && template?.kind === 'literal' && typeof template.value === 'string') {
    const places = template.value.split(/\\.|(\{\})/).filter((piece) => piece === '{}').length;
    if (places !== values.length)
      throw new Error(`States.Format has ${places} {}, but ${values.length} values`);
  }
  const third = args[2];
  if (name === 'JsonMerge' && third?.kind === 'literal' && third.value !== false) {
    throw new Error('States.JsonMerge takes only false as its third argument');
  }
}

/** @throws EvaluationError */
export function evaluate(expression: Expression, field: string, data: Evaluation): Json {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'path': {
      const found = readPath(expression.path, data);
      if ('value' in found) return found.value;
      throw new EvaluationError(
        `The JSONPath '${expression.path.text}' specified for the field '${field}' could not be found in the input '${JSON.stringify(data.value)}'`,
      );
    }
    case 'call': {
      const args = expression.args.map((arg) => evaluate(arg, field, data));
      try {
        const run = intrinsicFunctions[expression.name]?.run;
        return run ? run(args, data.random) : null;
      } catch (error) {
        if (!(error instanceof EvaluationError)) throw error;
        throw new EvaluationError(
          `The function '${expression.text}' had the following error: ${error.message}`,
          error.error,
        );
      }
    }
  }
}
