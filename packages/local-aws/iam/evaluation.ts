import type { Role, Statement } from '../assembly.ts';

/** Values of condition keys, as the service sees them in the request: a list for a key that may have several. */
export type Context = Readonly<Record<string, string | readonly string[]>>;

const expressions = new Map<string, RegExp>();

/** Does a policy's pattern (`*` any characters, `?` exactly one) cover the whole value? */
export function matches(pattern: string, value: string): boolean {
  // A template has some hundred patterns, and each request is held against dozens of them.
  const expression = expressions.get(pattern) ?? expressionOf(pattern);
  expressions.set(pattern, expression);
  return expression.test(value);
}

function expressionOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}

type Operator = (expected: string, actual: string) => boolean;

/** How one expected value is held against one of the request's. */
const operators: Readonly<Record<string, Operator>> = {
  StringEquals: (expected, actual) => expected === actual,
  StringLike: matches,
  ArnEquals: matches,
  ArnLike: matches,
};

/** Keys that the stand-ins pass in; a condition on any other could never be met and would only hide. */
const contextKeys: Readonly<Record<string, 'one value' | 'several values'>> = {
  's3:prefix': 'one value',
  // Arrays of strings, of all entries of a request (Service Authorization Reference, EventBridge).
  'events:source': 'several values',
  'events:detail-type': 'several values',
};

/** `ForAllValues:StringEquals` → `ForAllValues` and `StringEquals`; `Null` has no set operator. */
function parseOperator(
  name: string,
): { readonly set: string | undefined; readonly test: string } | undefined {
  const [, set, test = ''] = /^(?:(ForAllValues|ForAnyValue):)?(\w+)$/.exec(name) ?? [];
  if (test === 'Null') return set === undefined ? { set, test } : undefined;
  return test in operators ? { set, test } : undefined;
}

/** @throws Error naming role and condition for each condition that {@link decide} does not evaluate as AWS does */
export function checkConditions(role: Role): void {
  for (const { resources, conditions } of role.statements) {
    const variable = resources.find((resource) => resource.includes('${'));
    if (variable !== undefined) {
      throw new Error(`${role.name}: the policy variable in ${variable} is not known to the local runtime.`);
    }
    for (const [name, tests] of Object.entries(conditions)) {
      const operator = parseOperator(name);
      if (!operator) {
        throw new Error(`${role.name}: the condition operator ${name} is not known to the local runtime.`);
      }
      for (const [key, expected] of Object.entries(readTests(tests))) {
        const values = contextKeys[key];
        if (values === undefined) {
          throw new Error(
            `${role.name}: the condition key ${key} (${name}) is not known to the local runtime.`,
          );
        }
        readExpected(expected);
        // AWS takes both, and then decides otherwise than the policy reads (IAM user guide, multivalued context keys).
        if (operator.test !== 'Null' && (operator.set !== undefined) !== (values === 'several values')) {
          const form =
            values === 'several values' ? `ForAllValues:${name} or ForAnyValue:${name}` : operator.test;
          throw new Error(`${role.name}: ${key} has ${values} in a request, so ${name} must be ${form}.`);
        }
      }
    }
  }
}

/** One action on one resource of a statement, as patterns. */
export interface Permission {
  readonly action: string;
  readonly resource: string;
}

/**
 * IAM's order: a matching Deny wins, then a matching Allow, else the request is refused.
 * @returns also the permissions that apply to the request
 */
export function decide(
  statements: readonly Statement[],
  action: string,
  resource: string,
  context: Context,
): { readonly decision: 'allowed' | 'denied' | 'not allowed'; readonly by: readonly Permission[] } {
  const applying = statements
    .filter(({ conditions }) => holds(conditions, context))
    .flatMap(({ effect, actions, resources }) =>
      actions
        // Actions are not case-sensitive, resources are.
        .filter((pattern) => matches(pattern.toLowerCase(), action.toLowerCase()))
        .flatMap((pattern) =>
          resources
            .filter((one) => matches(one, resource))
            .map((one) => ({ effect, action: pattern, resource: one })),
        ),
    );
  const denying = applying.filter(({ effect }) => effect === 'Deny');
  if (denying.length > 0) return { decision: 'denied', by: denying };
  return { decision: applying.length > 0 ? 'allowed' : 'not allowed', by: applying };
}

/** All operators and keys must hold; of the values that a policy gives for one key, any. */
function holds(conditions: Statement['conditions'], context: Context): boolean {
  return Object.entries(conditions).every(([name, tests]) =>
    Object.entries(readTests(tests)).every(([key, expected]) =>
      keyHolds(name, readExpected(expected), context[key]),
    ),
  );
}

function keyHolds(name: string, expected: readonly string[], given: Context[string] | undefined): boolean {
  const actual = typeof given === 'string' ? [given] : (given ?? []);
  const operator = parseOperator(name);
  // A key without a value counts as missing.
  if (operator?.test === 'Null') return expected.includes(String(actual.length === 0));
  const test = operators[operator?.test ?? ''];
  if (!test) return false;
  const known = (value: string) => expected.some((one) => test(one, value));
  // Of no values, all are right: a request without the key passes, unless the policy asks for the key by Null.
  if (operator?.set === 'ForAllValues') return actual.every(known);
  return actual.some(known);
}

function readTests(tests: unknown): Record<string, unknown> {
  if (typeof tests !== 'object' || tests === null) throw new Error('A condition operator needs an object.');
  return Object.fromEntries(Object.entries(tests));
}

function readExpected(expected: unknown): string[] {
  const values: unknown[] = Array.isArray(expected) ? expected : [expected];
  return values.map((value) => {
    if (typeof value !== 'string') throw new Error('A condition compares with strings only.');
    return value;
  });
}
