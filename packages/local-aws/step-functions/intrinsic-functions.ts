import { createHash, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { describeType, isObject, type Json } from './json.ts';
import { EvaluationError } from './state-error.ts';

export interface IntrinsicFunction {
  /** Number of arguments: from, to. */
  readonly takes: readonly [number, number];
  /** Always a string, so that Error and Cause of a Fail state may be made of it. */
  readonly givesString?: true;
  run(args: readonly Json[], random: () => number): Json;
}

/** The intrinsic functions, as AWS runs them. `States.Format` reads its escapes itself. */
export const intrinsicFunctions: Readonly<Record<string, IntrinsicFunction>> = {
  Array: { takes: [0, Number.POSITIVE_INFINITY], run: (args) => [...args] },
  ArrayPartition: {
    takes: [2, 2],
    run(args) {
      const items = array(args, 0);
      const size = whole(args, 1);
      if (size < 1) throw failure('the chunk size must be at least 1');
      const chunks = Math.ceil(items.length / size);
      return Array.from({ length: chunks }, (_, index) => items.slice(index * size, (index + 1) * size));
    },
  },
  ArrayContains: {
    takes: [2, 2],
    run: (args) => array(args, 0).some((item) => isDeepStrictEqual(item, args[1])),
  },
  ArrayRange: {
    takes: [3, 3],
    run(args) {
      const [first, last, step] = [whole(args, 0), whole(args, 1), whole(args, 2)];
      if (step === 0) throw failure('the increment must not be 0');
      const length = Math.max(0, Math.floor((last - first) / step) + 1);
      if (length > 1000) throw failure('the range has more than 1000 items');
      return Array.from({ length }, (_, index) => first + index * step);
    },
  },
  ArrayGetItem: {
    takes: [2, 2],
    run(args) {
      const item = array(args, 0)[whole(args, 1)];
      if (item === undefined) throw failure(`the array has no item ${args[1]}`);
      return item;
    },
  },
  ArrayLength: { takes: [1, 1], run: (args) => array(args, 0).length },
  ArrayUnique: {
    takes: [1, 1],
    run: (args) =>
      array(args, 0).filter(
        (item, index, all) => all.findIndex((other) => isDeepStrictEqual(item, other)) === index,
      ),
  },
  Base64Encode: {
    takes: [1, 1],
    givesString: true,
    run: (args) => Buffer.from(short(args, 0)).toString('base64'),
  },
  Base64Decode: {
    takes: [1, 1],
    givesString: true,
    run(args) {
      const encoded = short(args, 0);
      const bytes = Buffer.from(encoded, 'base64');
      if (bytes.toString('base64') !== encoded) throw failure('the text is not Base64');
      return bytes.toString();
    },
  },
  Hash: {
    takes: [2, 2],
    givesString: true,
    run(args) {
      const algorithm = text(args, 1);
      const known = ['MD5', 'SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'];
      if (!known.includes(algorithm)) throw failure(`the algorithm must be one of ${known.join(', ')}`);
      return createHash(algorithm.replace('-', '')).update(short(args, 0)).digest('hex');
    },
  },
  JsonMerge: {
    takes: [3, 3],
    run([first = null, second = null, deep]) {
      if (deep !== false) throw failure('the third argument must be false: AWS merges only the first level');
      if (!isObject(first) || !isObject(second)) throw failure('the first two arguments must be objects');
      return { ...first, ...second };
    },
  },
  StringToJson: {
    takes: [1, 1],
    run(args) {
      const json = text(args, 0).trim();
      try {
        return json === '' ? null : JSON.parse(json);
      } catch {
        throw failure('the text is not JSON');
      }
    },
  },
  JsonToString: { takes: [1, 1], givesString: true, run: ([value = null]) => JSON.stringify(value) },
  MathRandom: {
    // With a third argument, a seed, AWS gives the numbers of its own generator: those cannot be had here.
    takes: [2, 2],
    run(args, random) {
      const [from, to] = [whole(args, 0), whole(args, 1)];
      if (from >= to) throw failure('the first number must be smaller than the second');
      return from + Math.floor(random() * (to - from));
    },
  },
  MathAdd: { takes: [2, 2], run: (args) => whole(args, 0) + whole(args, 1) },
  StringSplit: {
    takes: [2, 2],
    run(args) {
      const separators = new Set(text(args, 1));
      const parts = [''];
      for (const character of text(args, 0)) {
        if (separators.has(character)) parts.push('');
        else parts.push((parts.pop() ?? '') + character);
      }
      return parts.filter((part) => part !== '');
    },
  },
  UUID: { takes: [0, 0], givesString: true, run: () => randomUUID() },
  Format: {
    takes: [1, Number.POSITIVE_INFINITY],
    givesString: true,
    run([template = null, ...values]) {
      if (typeof template !== 'string') throw failure('the first argument must be a string');
      const pieces = template.split(/(\\[{}\\']|\{\})/);
      const places = pieces.filter((piece) => piece === '{}').length;
      if (places !== values.length) throw failure(`the text has ${places} {}, but ${values.length} values`);
      let next = 0;
      return pieces
        .map((piece) =>
          piece === '{}' ? print(values[next++] ?? null) : piece.replace(/^\\([{}\\'])$/, '$1'),
        )
        .join('');
    },
  },
};

/** As Java prints a value; AWS puts objects and arrays into a text like this. */
function print(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`;
  if (!isObject(value)) return String(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `${key}=${print(inner)}`)
    .join(', ')}}`;
}

function failure(message: string): EvaluationError {
  return new EvaluationError(message, 'States.IntrinsicFailure');
}

function array(args: readonly Json[], index: number): Json[] {
  const value = args[index] ?? null;
  if (!Array.isArray(value)) throw wrong(index, 'an array', value);
  return value;
}

function text(args: readonly Json[], index: number): string {
  const value = args[index] ?? null;
  if (typeof value !== 'string') throw wrong(index, 'a string', value);
  return value;
}

/** Up to 10,000 characters (documented for Base64 and hashes). */
function short(args: readonly Json[], index: number): string {
  const value = text(args, index);
  if (value.length > 10_000) throw failure('the text is longer than 10,000 characters');
  return value;
}

/** A number, rounded: halves go up, also below zero. */
function whole(args: readonly Json[], index: number): number {
  const value = args[index] ?? null;
  if (typeof value !== 'number') throw wrong(index, 'a number', value);
  return Math.round(value) + 0;
}

function wrong(index: number, wanted: string, value: Json): EvaluationError {
  return failure(`argument ${index + 1} must be ${wanted}, not ${describeType(value)}`);
}
