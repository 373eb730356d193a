import { isObject, type Json } from './json.ts';
import { type Data, type Path, parseReferencePath, readPath } from './path.ts';
import { EvaluationError } from './state-error.ts';
import { parseTimestamp } from './timestamp.ts';

/** One condition of a Choice, compiled. @throws EvaluationError when a path finds nothing */
export type Rule = (data: Data) => boolean;

type Order = -1 | 0 | 1;
type Kind<T> = { readonly wanted: string; read(value: Json): T | undefined; compare(a: T, b: T): Order };

const order = <T extends string | number | bigint | boolean>(a: T, b: T): Order =>
  a < b ? -1 : a > b ? 1 : 0;

const strings: Kind<string> = {
  wanted: 'a string',
  read: (value) => (typeof value === 'string' ? value : undefined),
  compare: order,
};
const numbers: Kind<number> = {
  wanted: 'a number',
  read: (value) => (typeof value === 'number' ? value : undefined),
  compare: order,
};
const booleans: Kind<boolean> = {
  wanted: 'true or false',
  read: (value) => (typeof value === 'boolean' ? value : undefined),
  compare: order,
};
const timestamps: Kind<bigint> = {
  wanted: 'a timestamp such as 2026-01-31T12:00:00Z',
  read: parseTimestamp,
  compare: order,
};

/** Makes a test of the variable's value from the operator's operand. @throws Error that says what is allowed */
type Operator = (told: Json) => (value: Json, data: Data) => boolean;

const orders = {
  Equals: (found: Order) => found === 0,
  LessThan: (found: Order) => found < 0,
  GreaterThan: (found: Order) => found > 0,
  LessThanEquals: (found: Order) => found <= 0,
  GreaterThanEquals: (found: Order) => found >= 0,
};

/** `NumericLessThan` and `NumericLessThanPath`, and so on. A value of another type is never equal, less or more. */
function comparisons<T>(
  prefix: string,
  kind: Kind<T>,
  names: readonly (keyof typeof orders)[],
): [string, Operator][] {
  return names.flatMap((name): [string, Operator][] => {
    const holds = orders[name];
    const test = (value: Json, limit: T) => {
      const own = kind.read(value);
      return own !== undefined && holds(kind.compare(own, limit));
    };
    return [
      [
        `${prefix}${name}`,
        (told) => {
          const limit = kind.read(told);
          if (limit === undefined) throw new Error(`must be ${kind.wanted}`);
          return (value) => test(value, limit);
        },
      ],
      [
        `${prefix}${name}Path`,
        (told) => {
          const path = parseReferencePath(asText(told));
          return (value, data) => {
            const limit = kind.read(readVariable(path, data));
            if (limit === undefined) throw invalid(path);
            return test(value, limit);
          };
        },
      ],
    ];
  });
}

function isType(test: (value: Json) => boolean): Operator {
  return (told) => {
    if (typeof told !== 'boolean') throw new Error('must be true or false');
    return (value) => test(value) === told;
  };
}

const everyOrder = ['Equals', 'LessThan', 'GreaterThan', 'LessThanEquals', 'GreaterThanEquals'] as const;

/** The operators that look at a value. `IsPresent`, `And`, `Or` and `Not` are beside them. */
const operators: ReadonlyMap<string, Operator> = new Map([
  ...comparisons('String', strings, everyOrder),
  ...comparisons('Numeric', numbers, everyOrder),
  ...comparisons('Boolean', booleans, ['Equals']),
  ...comparisons('Timestamp', timestamps, everyOrder),
  ['StringMatches', matches],
  ['IsNull', isType((value) => value === null)],
  ['IsString', isType((value) => typeof value === 'string')],
  ['IsNumeric', isType((value) => typeof value === 'number')],
  ['IsBoolean', isType((value) => typeof value === 'boolean')],
  ['IsTimestamp', isType((value) => parseTimestamp(value) !== undefined)],
]);

/** All names that a rule may use, for the documentation. */
export const operatorNames: readonly string[] = ['And', 'Or', 'Not', 'IsPresent', ...operators.keys()];

/** `*` stands for any characters, `\\*` for itself. */
function matches(told: Json): (value: Json) => boolean {
  const pattern = asText(told).replace(/\\([*\\])|([*])|([\s\S])/g, (_, escaped, star, other) =>
    star ? '[\\s\\S]*' : RegExp.escape(escaped ?? other),
  );
  const whole = new RegExp(`^${pattern}$`, 'u');
  return (value) => typeof value === 'string' && whole.test(value);
}

/**
 * Compiles a rule.
 * @param allowed fields beside the condition itself, such as Next
 * @throws Error that names the field
 */
export function parseRule(json: Json, allowed: readonly string[] = []): Rule {
  if (!isObject(json)) throw new Error('a rule must be an object');
  const fields = Object.entries(json).filter(([name]) => !allowed.includes(name) && name !== 'Comment');
  const [operator, ...others] = fields.filter(([name]) => name !== 'Variable');
  if (!operator || others.length > 0) {
    throw new Error(`a rule needs one operator, not ${fields.map(([name]) => name).join(', ') || 'none'}`);
  }
  const [name, told] = operator;
  if (name === 'And' || name === 'Or' || name === 'Not') {
    if ('Variable' in json) throw new Error(`${name} takes no Variable`);
    return combine(name, told);
  }
  return inField(name, () => compare(name, told, asText(json.Variable ?? null, 'Variable')));
}

function compare(name: string, told: Json, variable: string): Rule {
  const path = parseReferencePath(variable);
  if (name === 'IsPresent') {
    if (typeof told !== 'boolean') throw new Error('must be true or false');
    return (data) => 'value' in readPath(path, data) === told;
  }
  const operator = operators.get(name);
  if (!operator) throw new Error('is no operator that runs here');
  const test = operator(told);
  return (data) => test(readVariable(path, data), data);
}

function combine(name: 'And' | 'Or' | 'Not', told: Json): Rule {
  if (name === 'Not') {
    const inner = inField(name, () => parseRule(told));
    return (data) => !inner(data);
  }
  if (!Array.isArray(told) || told.length === 0) throw new Error(`${name} needs an array of rules`);
  const rules = told.map((one) => inField(name, () => parseRule(one)));
  return name === 'And'
    ? (data) => rules.every((rule) => rule(data))
    : (data) => rules.some((rule) => rule(data));
}

function readVariable(path: Path, data: Data): Json {
  const found = readPath(path, data);
  if ('value' in found) return found.value;
  throw invalid(path);
}

function invalid({ text }: Path): EvaluationError {
  return new EvaluationError(
    `Invalid path '${text}': The choice state's condition path references an invalid value.`,
  );
}

function asText(value: Json, what = ''): string {
  if (typeof value !== 'string') throw new Error(`${what} must be a string`.trim());
  return value;
}

function inField<T>(name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : error}`);
  }
}
