import { describe, expect, it } from 'vitest';
import * as zod from 'zod';
import * as ours from '../../../functions/runtime/sdk/zod.ts';

// The types are zod's: to a schema that functions write, the stand-in is zod.
const standIn = ours as unknown as typeof zod;

/** A schema, made of either, and what it is given. */
const cases: [string, (z: typeof zod) => zod.ZodType, ...unknown[]][] = [
  [
    'an object',
    (z) => z.object({ a: z.string(), b: z.number().optional() }),
    {},
    { a: 1, c: 2 },
    { a: 'x' },
    null,
  ],
  ['a strict object', (z) => z.strictObject({ a: z.boolean() }), { a: true, b: 1 }, { a: true }],
  ['a loose object', (z) => z.looseObject({ a: z.unknown() }), { a: 1, b: 2 }, []],
  ['an extended object', (z) => z.object({ a: z.string() }).extend({ b: z.string() }), { a: 'x' }],
  ['an object without a field', (z) => z.object({ a: z.string(), b: z.string() }).omit({ a: true }), {}],
  ['some fields of an object', (z) => z.object({ a: z.string(), b: z.string() }).pick({ a: true }), {}],
  ['an object of which all may be absent', (z) => z.object({ a: z.string() }).partial(), {}, { a: 1 }],
  ['a text', (z) => z.string().trim().min(2).max(3).toLowerCase(), ' A ', ' ABC ', 'abcd', 7],
  ['a text with messages', (z) => z.string().min(2, 'is short').regex(/^a/, 'has no a'), 'b', 'ab'],
  ['a text that starts', (z) => z.string().startsWith('https://'), 'http://a', 'https://a'],
  ['a number', (z) => z.number().int().min(1).max(9), 0, 1.5, 10, 9, '1', Number.NaN, 2 ** 60],
  ['an amount', (z) => z.number().positive(), 0, 0.5],
  ['a count', (z) => z.number().int().nonnegative(), -1, 0],
  ['a number in a text', (z) => z.coerce.number().int().min(1).max(100).default(20), '7', 'x', undefined],
  ['one of several', (z) => z.enum(['a', 'b', 'c']).exclude(['c']), 'a', 'c', 1],
  ['a list', (z) => z.array(z.string()).min(1).max(2), [], ['a'], ['a', 'b', 'c'], ['a', 1], 'a'],
  ['a list of a schema', (z) => z.number().array(), [1], ['1']],
  ['a default', (z) => z.object({ a: z.string().default('x') }).prefault({}), undefined, {}, { a: 1 }],
  ['a caught value', (z) => z.object({ a: z.string().catch('x') }), {}, { a: 1 }],
  [
    'what may be null',
    (z) => z.object({ a: z.string().nullish(), b: z.string().nullable() }),
    { a: null, b: null },
    {},
  ],
  ['a moment', (z) => z.iso.datetime({ offset: true }), '2026-11-27T12:00:00+01:00', '2026-11-27'],
  ['an address', (z) => z.url().max(20), 'https://example.com', 'example', 'https://example.com/longer'],
  ['an alternative', (z) => z.union([z.literal('a'), z.object({ b: z.string() })]), 'a', { b: 1 }, 'b'],
  ['a pair', (z) => z.tuple([z.string(), z.number()]), ['a', 1], ['a'], ['a', 1, 2]],
  ['a record', (z) => z.record(z.string(), z.number()), { a: 1 }, { a: 'x' }],
  [
    'a changed value',
    (z) =>
      z
        .string()
        .transform((text) => text.length)
        .pipe(z.number().max(1)),
    'a',
    'ab',
  ],
  [
    'a rule',
    (z) => z.object({ a: z.number() }).refine(({ a }) => a > 1, { path: ['a'], message: 'is low' }),
    { a: 1 },
    { a: 2 },
  ],
  ['a schema inside', (z) => z.enum(['a']).optional().unwrap(), 'a', undefined],
  [
    'the fields of a default',
    (z) => z.object({ a: z.string() }).prefault({ a: 'x' }).unwrap().shape.a,
    1,
    'a',
  ],
  ['what is described', (z) => z.string().describe('A name.').optional().readonly(), 1, undefined],
];

describe("the stand-in for zod in a function's bundle", () => {
  it.each(cases)('takes and refuses as zod does, in its words: %s', (_, schema, ...inputs) => {
    const answers = (z: typeof zod) => inputs.map((input) => outcome(schema(z).safeParse(input)));
    expect(answers(standIn)).toEqual(answers(zod));
  });
});

const outcome = ({ success, data, error }: zod.ZodSafeParseResult<unknown>) =>
  success ? { data } : { issues: error.issues };
