import fc from 'fast-check';
import { anyCodePoint } from '../../test-support/any-code-point.ts';

/** Texts that have broken something somewhere: markup, formats, paths, escapes, ends of numbers, names of fields. */
const classics = [
  '',
  ' ',
  '\u0000',
  '\u001b[2J',
  '\ud800',
  '\ufeff',
  '\u202e',
  'null',
  'undefined',
  '__proto__',
  'constructor',
  'toString',
  '../../../../etc/passwd',
  '..%2f..%2f',
  '%00',
  '%',
  "' OR 1=1 --",
  '"; attribute_exists(pk) --',
  '{"$ne":null}',
  '$.session',
  '$'.concat('{jndi:ldap://127.0.0.1/a}'),
  '{{7*7}}',
  '<script>alert(1)</script>',
  '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
  'SESSION#1',
  'a\r\nx-injected: 1',
  's3://other-bucket/key',
  'http://169.254.169.254/latest/meta-data/',
  '9'.repeat(400),
  '1e400',
  'x'.repeat(5000),
  '💥'.repeat(300),
];

/** Any text, ordinary or not. */
export const hostileText = fc.oneof(
  { arbitrary: fc.constantFrom(...classics), weight: 3 },
  { arbitrary: fc.string({ unit: anyCodePoint, maxLength: 80 }), weight: 1 },
  { arbitrary: fc.string({ maxLength: 300 }), weight: 1 },
);

const hostileNumber = fc.constantFrom(
  0,
  -0,
  -1,
  0.5,
  6,
  41,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  1e308,
  Number.MIN_VALUE,
);

/** Any JSON value: also one with strange names, very long, or nested without end. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: hostileText, weight: 3 },
  { arbitrary: hostileNumber, weight: 2 },
  { arbitrary: fc.constantFrom(null, true, false, [], {}, [[]], [null], { length: 1e9 }), weight: 2 },
  { arbitrary: fc.dictionary(hostileText, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }), weight: 1 },
  { arbitrary: fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 50 }), weight: 1 },
);

/** An object with one or two of its fields replaced, taken away or added to, at any depth. */
export function mutated(valid: unknown): fc.Arbitrary<unknown> {
  const mutation = fc.record({
    at: fc.nat(),
    how: fc.constantFrom('replace', 'replace', 'remove', 'add'),
    key: hostileText,
    value: hostileValue,
  });
  return fc.array(mutation, { maxLength: 2 }).map((mutations) => {
    const copy: unknown = structuredClone(valid);
    for (const { at, how, key, value: given } of mutations) {
      // A copy, because a later mutation may reach into it.
      const value: unknown = structuredClone(given);
      const places = objectsIn(copy);
      const place = places[at % places.length];
      if (!place) continue;
      const names = Object.keys(place);
      const name = how === 'add' ? key : (names[at % Math.max(1, names.length)] ?? key);
      if (how === 'remove') Reflect.deleteProperty(place, name);
      // Defined, not assigned: `__proto__` is to be a field like any other.
      else
        Object.defineProperty(place, name, { value, enumerable: true, configurable: true, writable: true });
    }
    return copy;
  });
}

function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}

/** The text of a document that should be JSON: what was meant, or anything else that has bytes. */
export function hostileDocument(valid: readonly unknown[]): fc.Arbitrary<Buffer> {
  const json = fc.oneof(hostileValue, ...valid.map(mutated)).map((value) => JSON.stringify(value) ?? '');
  const large = fc.constantFrom(
    '['.repeat(100_000),
    '{"a":'.repeat(20_000),
    `[${'0,'.repeat(100_000)}0]`,
    `{"files":[${'{},'.repeat(60_000)}{}]}`,
    `{${Array.from({ length: 9000 }, (_, index) => `"unknown${index}":1`).join()}}`,
    `"${'x'.repeat(256 * 1024 - 2)}"`,
    `"${'x'.repeat(256 * 1024)}"`,
    `"${'\\u0001'.repeat(40_000)}"`,
  );
  return fc.oneof(
    { arbitrary: json.map((text) => Buffer.from(text)), weight: 30 },
    {
      arbitrary: fc.tuple(json, fc.nat(100)).map(([text, cut]) => Buffer.from(text).subarray(0, cut)),
      weight: 4,
    },
    { arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)), weight: 4 },
    { arbitrary: json.map((text) => Buffer.from(text, 'utf16le')), weight: 1 },
    { arbitrary: large.map((text) => Buffer.from(text)), weight: 1 },
  );
}
