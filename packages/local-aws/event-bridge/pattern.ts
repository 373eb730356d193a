/** An event as EventBridge carries it (documented: "Event structure"). */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO, to the second. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

type Test = (value: unknown) => boolean;
type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPlain = (value: unknown) => value === null || ['string', 'number', 'boolean'].includes(typeof value);

/**
 * A rule's event pattern as a test of events: exact values, `prefix`, `suffix`, `wildcard`, `anything-but` and
 * `exists`, of fields at any depth.
 * @throws Error naming the field for every other operator
 */
export function readPattern(pattern: unknown): (event: BusEvent) => boolean {
  const test = fieldsTest(pattern, []);
  return (event) => test(event);
}

/** Every field of the pattern must match; a field that the pattern does not name may be anything. */
function fieldsTest(pattern: unknown, path: readonly string[]): Test {
  if (!isFields(pattern) || Object.keys(pattern).length === 0) {
    throw new Error(`${path.join('.') || 'the pattern'} must name at least one field`);
  }
  const tests = Object.entries(pattern).map(([field, wanted]): readonly [string, Test] => {
    const here = [...path, field];
    if (field.startsWith('$')) throw new Error(`${here.join('.')} is not known`);
    return [field, Array.isArray(wanted) ? leafTest(wanted, here) : fieldsTest(wanted, here)];
  });
  return (value) => {
    const fields = isFields(value) ? value : {};
    return tests.every(([field, test]) => test(fields[field]));
  };
}

/** Any of the conditions; of a field that is a list, any of its values. */
function leafTest(wanted: readonly unknown[], path: readonly string[]): Test {
  if (wanted.length === 0) throw new Error(`${path.join('.')} lists nothing`);
  const tests = wanted.map((condition) => conditionTest(condition, path.join('.')));
  return (value) => {
    const values: readonly unknown[] = Array.isArray(value) && value.length > 0 ? value : [value];
    return tests.some((test) => values.some(test));
  };
}

function conditionTest(condition: unknown, where: string): Test {
  if (isPlain(condition)) return (value) => value === condition;
  const [[name = '', operand] = [], ...others] = isFields(condition) ? Object.entries(condition) : [];
  if (others.length > 0) throw new Error(`${where} has a condition with more than one operator`);
  if (name === 'exists') {
    if (typeof operand !== 'boolean') throw new Error(`${where}.exists must be true or false`);
    return (value) => (value !== undefined) === operand;
  }
  if (name === 'anything-but') {
    const refused = (Array.isArray(operand) ? operand : [operand]).map((one) => conditionTest(one, where));
    return (value) => value !== undefined && !refused.some((test) => test(value));
  }
  const text = textTest(name, operand, where);
  return (value) => typeof value === 'string' && text(value);
}

function textTest(name: string, operand: unknown, where: string): (text: string) => boolean {
  const known = ['prefix', 'suffix', 'wildcard'].includes(name);
  if (!known || typeof operand !== 'string') {
    throw new Error(`${where}: the condition ${JSON.stringify({ [name]: operand })} is not known`);
  }
  if (name === 'prefix') return (text) => text.startsWith(operand);
  if (name === 'suffix') return (text) => text.endsWith(operand);
  // Two stars in a row are refused by EventBridge, a backslash takes a star's meaning away.
  if (operand.includes('**') || operand.includes('\\')) {
    throw new Error(`${where}: the wildcard ${operand} is not known`);
  }
  const escaped = operand.replace(/[.+?^${}()|[\]]/g, '\\$&').replaceAll('*', '.*');
  const expression = new RegExp(`^${escaped}$`, 's');
  return (text) => expression.test(text);
}
