type Item = Readonly<Record<string, unknown>>;

/** The data that an expression is evaluated on. */
interface Snapshot {
  readonly item: Item;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, unknown>>;
}
type Holds = (snapshot: Snapshot) => boolean;

const tokens = /\s*(attribute_not_exists|AND|OR|IN|<=|[=(),]|[#:]?\w+)/y;

/** Tokens of an expression. @throws when there is anything else in it */
function read(expression: string): string[] {
  const found: string[] = [];
  for (tokens.lastIndex = 0; tokens.lastIndex < expression.trimEnd().length; ) {
    const at = tokens.lastIndex;
    const token = tokens.exec(expression)?.[1];
    if (token === undefined) throw new Error(`The table in memory does not know "${expression.slice(at)}".`);
    found.push(token);
  }
  return found;
}

const wordValue = (name: string, { item, names, values }: Snapshot): unknown =>
  name.startsWith(':') ? values[name] : item[names[name] ?? name];

type Compare = (a: unknown, b: unknown) => boolean;

const isEqual: Compare = (a, b) => a !== undefined && a === b;

/** DynamoDB compares values of one type; of two types, as of an attribute that is not there, nothing holds. */
const comparisons: Readonly<Record<string, Compare>> = {
  '=': isEqual,
  '<=': (a, b) =>
    (typeof a === 'number' && typeof b === 'number' && a <= b) ||
    (typeof a === 'string' && typeof b === 'string' && a <= b),
};

const parsed = new Map<string, Holds>();

/** Reads the part of DynamoDB's condition expressions that the stores use. @throws for anything else */
export function conditionOf(expression: string): Holds {
  const known = parsed.get(expression);
  if (known) return known;
  const left = read(expression);
  const take = (wanted?: string): string => {
    const token = left.shift() ?? '';
    if (wanted !== undefined && token !== wanted) {
      throw new Error(`The table in memory does not know "${expression}": ${wanted} is missing.`);
    }
    return token;
  };

  const either = (): Holds => {
    let holds = both();
    while (left[0] === 'OR') {
      take();
      const [one, other] = [holds, both()];
      holds = (snapshot) => one(snapshot) || other(snapshot);
    }
    return holds;
  };
  const both = (): Holds => {
    let holds = single();
    while (left[0] === 'AND') {
      take();
      const [one, other] = [holds, single()];
      holds = (snapshot) => one(snapshot) && other(snapshot);
    }
    return holds;
  };
  const single = (): Holds => {
    const first = take();
    if (first === '(') {
      const holds = either();
      take(')');
      return holds;
    }
    if (first === 'attribute_not_exists') {
      take('(');
      const name = take();
      take(')');
      return (snapshot) => wordValue(name, snapshot) === undefined;
    }
    return compared(first);
  };
  const compared = (name: string): Holds => {
    const sign = take();
    if (sign === 'IN') {
      take('(');
      const among: string[] = [];
      for (let next = ','; next === ','; next = take()) among.push(take());
      return (snapshot) => among.some((it) => isEqual(wordValue(name, snapshot), wordValue(it, snapshot)));
    }
    const compare = comparisons[sign];
    if (!compare) throw new Error(`The table in memory does not know "${sign}".`);
    const other = take();
    return (snapshot) => compare(wordValue(name, snapshot), wordValue(other, snapshot));
  };

  const holds = either();
  if (left.length > 0) throw new Error(`The table in memory does not know "${left.join(' ')}".`);
  parsed.set(expression, holds);
  return holds;
}
