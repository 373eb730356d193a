/**
 * Takes the place of zod in the bundles: `zod/mini`, with those methods of zod's schemas that functions use. Zod's own carry
 * all of them, with formats, JSON schemas and compilers: 60 kB more, and a tenth of the CPU until the first answer.
 * What is checked, in which order, and each message are the core's, which both share.
 */
import * as z from 'zod/mini';
import * as core from 'zod/v4/core';
import en from 'zod/v4/locales/en.js';

export * from 'zod/mini';

z.config(en());

/** Schemas do not change once they are made, so those without parameters are made once: four in ten. */
const shared = <Params extends unknown[], Made>(make: (...params: Params) => Made) => {
  let made: { value: Made } | undefined;
  return (...params: Params): Made => {
    if (params.length > 0) return make(...params);
    made ??= { value: make(...params) };
    return made.value;
  };
};

export const string = shared(z.string);
export const number = shared(z.number);
export const boolean = shared(z.boolean);
export const unknown = shared(z.unknown);

// Of zod's own `iso` and `coerce`, all that is in them would be kept, with dates and big numbers.
export const iso = {
  datetime: shared((params?: core.$ZodISODateTimeParams) => core._isoDateTime(z.ZodMiniISODateTime, params)),
};
export const coerce = {
  number: (params?: core.$ZodNumberParams) => core._coercedNumber(z.ZodMiniNumber, params),
};

/** A method without parameters: what it makes of a schema is made once. */
const once = <Of extends z.ZodMiniType, Made>(make: (schema: Of) => Made) => {
  const made = new WeakMap<Of, Made>();
  return function (this: Of): Made {
    const found = made.get(this) ?? make(this);
    made.set(this, found);
    return found;
  };
};

type Any = z.ZodMiniType;
type Shape = z.core.$ZodLooseShape;
type Keys = Record<string, true>;

/** Of every schema. */
const methods = {
  optional: once((schema: Any) => z.optional(schema)),
  nullable: once((schema: Any) => z.nullable(schema)),
  nullish: once((schema: Any) => z.nullish(schema)),
  default(this: Any, value: unknown) {
    return z._default(this, value);
  },
  prefault(this: Any, value: unknown) {
    return z.prefault(this, value);
  },
  catch(this: Any, value: unknown) {
    return z.catch(this, value);
  },
  array: once((schema: Any) => z.array(schema)),
  readonly(this: Any) {
    return z.readonly(this);
  },
  refine(this: Any, check: (value: unknown) => unknown, params?: Parameters<typeof z.refine>[1]) {
    return this.check(z.refine(check, params));
  },
  transform(this: Any, change: (value: unknown, context: z.core.ParsePayload) => unknown) {
    return z.pipe(this, z.transform(change));
  },
  pipe(this: Any, next: Any) {
    return z.pipe(this, next);
  },
  /** For pages and documents, which are written from zod's own schemas. */
  describe(this: Any) {
    return this;
  },
};

/** Of strings and arrays. */
const lengths = {
  min(this: z.ZodMiniString, least: number, params?: Parameters<typeof z.minLength>[1]) {
    return this.check(z.minLength(least, params));
  },
  max(this: z.ZodMiniString, most: number, params?: Parameters<typeof z.maxLength>[1]) {
    return this.check(z.maxLength(most, params));
  },
};

const strings = {
  ...lengths,
  trim: once((schema: z.ZodMiniString) => schema.check(z.trim())),
  toLowerCase: once((schema: z.ZodMiniString) => schema.check(z.toLowerCase())),
  startsWith(this: z.ZodMiniString, start: string, params?: Parameters<typeof z.startsWith>[1]) {
    return this.check(z.startsWith(start, params));
  },
  regex(this: z.ZodMiniString, pattern: RegExp, params?: Parameters<typeof z.regex>[1]) {
    return this.check(z.regex(pattern, params));
  },
};

const numbers = {
  int: once((schema: z.ZodMiniNumber) => schema.check(z.int())),
  min(this: z.ZodMiniNumber, least: number, params?: Parameters<typeof z.gte>[1]) {
    return this.check(z.gte(least, params));
  },
  max(this: z.ZodMiniNumber, most: number, params?: Parameters<typeof z.lte>[1]) {
    return this.check(z.lte(most, params));
  },
  positive: once((schema: z.ZodMiniNumber) => schema.check(z.positive())),
  nonnegative: once((schema: z.ZodMiniNumber) => schema.check(z.nonnegative())),
};

const objects = {
  extend(this: z.ZodMiniObject, shape: Shape) {
    return z.extend(this, shape);
  },
  pick(this: z.ZodMiniObject, keys: Keys) {
    return z.pick(this, keys);
  },
  omit(this: z.ZodMiniObject, keys: Keys) {
    return z.omit(this, keys);
  },
  partial(this: z.ZodMiniObject) {
    return z.partial(this);
  },
};

const enums = {
  exclude(this: z.ZodMiniEnum, values: readonly string[]) {
    return z.enum(this.options.map(String).filter((option) => !values.includes(option)));
  },
};

const wrappers = {
  unwrap(this: z.ZodMiniOptional | z.ZodMiniDefault | z.ZodMiniPrefault | z.ZodMiniNullable) {
    return this._zod.def.innerType;
  },
};

const tables: readonly (readonly [{ prototype: object }, object])[] = [
  [z.ZodMiniString, strings],
  [z.ZodMiniURL, strings],
  [z.ZodMiniISODateTime, strings],
  [z.ZodMiniNumber, numbers],
  [z.ZodMiniNumberFormat, numbers],
  [z.ZodMiniArray, lengths],
  [z.ZodMiniObject, objects],
  [z.ZodMiniEnum, enums],
  [z.ZodMiniOptional, wrappers],
  [z.ZodMiniDefault, wrappers],
  [z.ZodMiniBoolean, {}],
  [z.ZodMiniUnknown, {}],
  [z.ZodMiniLiteral, {}],
  [z.ZodMiniUnion, {}],
  [z.ZodMiniTuple, {}],
  [z.ZodMiniRecord, {}],
  [z.ZodMiniNullable, wrappers],
  [z.ZodMiniPrefault, wrappers],
  [z.ZodMiniCatch, {}],
  [z.ZodMiniPipe, {}],
  [z.ZodMiniTransform, {}],
  [z.ZodMiniReadonly, {}],
];

// Not enumerable: what is would be bound to each schema that is made.
for (const [type, own] of tables) {
  for (const [name, value] of Object.entries({ ...methods, ...own })) {
    Object.defineProperty(type.prototype, name, { value, configurable: true, writable: true });
  }
}
