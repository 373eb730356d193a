import type { Role, Statement } from '../assembly.ts';

/** Values of condition keys, as the service sees them in the request. */
export type Context = Readonly<Record<string, string>>;

/** Does a policy's pattern (`*` any characters, `?` exactly one) cover the whole value? */
export function matches(pattern: string, value: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 's').test(value);
}

type Operator = (expected: string, actual: string) => boolean;

/** How one expected value is held against the request's. */
const operators: Readonly<Record<string, Operator>> = {
  StringEquals: (expected, actual) => expected === actual,
  StringLike: matches,
  ArnEquals: matches,
  ArnLike: matches,
};

/** Keys that the stand-ins pass in; a condition on any other could never be met and would only hide. */
const contextKeys = ['s3:prefix', 'events:source', 'events:detail-type'];

/** Throws an error naming role and condition for whatever {@link decide} would not evaluate as AWS does. */
export function checkConditions(role: Role): void {
  for (const { resources, conditions } of role.statements) {
    const variable = resources.find((resource) => resource.includes('${'));
    if (variable !== undefined) {
      throw new Error(`${role.name}: the policy variable in ${variable} is not known to the local runtime.`);
    }
    for (const [operator, tests] of Object.entries(conditions)) {
      if (!(operator in operators)) {
        throw new Error(
          `${role.name}: the condition operator ${operator} is not known to the local runtime.`,
        );
      }
      for (const [key, expected] of Object.entries(readTests(tests))) {
        if (!contextKeys.includes(key)) {
          throw new Error(
            `${role.name}: the condition key ${key} (${operator}) is not known to the local runtime.`,
          );
        }
        readExpected(expected);
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

/** All operators and keys must hold; of the values of one key, any. A key that the request lacks fails. */
function holds(conditions: Statement['conditions'], context: Context): boolean {
  return Object.entries(conditions).every(([operator, tests]) =>
    Object.entries(readTests(tests)).every(([key, expected]) => {
      const actual = context[key];
      const test = operators[operator];
      return (
        actual !== undefined && test !== undefined && readExpected(expected).some((one) => test(one, actual))
      );
    }),
  );
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
