import { type MachineDefinition, machine, type Program, type State } from './definition.ts';

/** What was read before: a simulation runs one definition hundreds of times. Nothing changes one that runs. */
const read = new WeakMap<object, MachineDefinition>();

/**
 * Reads a definition.
 * @throws Error naming the machine and every state and field that the local runtime does not run
 */
export function parseDefinition(name: string, definition: unknown): MachineDefinition {
  const isObject = typeof definition === 'object' && definition !== null;
  const known = isObject ? read.get(definition) : undefined;
  if (known) return known;
  const parsed = machine.safeParse(definition);
  const problems = parsed.success
    ? [...checkProgram(parsed.data, '', new Set())]
    : parsed.error.issues.flatMap((issue) => {
        const at = issue.path.join('.');
        if (issue.code !== 'unrecognized_keys') return [`${at}: ${issue.message}`];
        return issue.keys.map((key) => `${at === '' ? key : `${at}.${key}`}: does not run here`);
      });
  if (parsed.success && problems.length === 0) {
    if (isObject) read.set(definition, parsed.data);
    return parsed.data;
  }
  throw new Error(`the local runtime cannot run the machine ${name}: ${problems.join('; ')}`);
}

/**
 * What fields say together, which no field says alone: where the states lead, and what excludes what. AWS refuses
 * the same when a machine is created. Each problem names the state and the field.
 * @param seen names of states so far, for each may be there once
 */
function* checkProgram({ StartAt, States }: Program, at: string, seen: Set<string>): Generator<string> {
  const known = (name: string) => Object.hasOwn(States, name);
  if (!known(StartAt)) yield `${at}StartAt: there is no state ${StartAt}`;
  for (const [name, state] of Object.entries(States)) {
    const here = `${at}States.${name}`;
    if (seen.has(name)) yield `${here}: another state of the machine has this name`;
    seen.add(name);
    for (const [field, target] of targets(state)) {
      if (!known(target)) yield `${here}.${field}: there is no state ${target}`;
    }
    yield* checkState(state, here);
    if (state.Type === 'Map') yield* checkProgram(state.ItemProcessor, `${here}.ItemProcessor.`, seen);
    if (state.Type !== 'Parallel') continue;
    for (const [index, branch] of state.Branches.entries()) {
      yield* checkProgram(branch, `${here}.Branches.${index}.`, seen);
    }
  }
}

/** Where a state leads, and by which field. */
function targets(state: State): [string, string][] {
  const found: [string, string | undefined][] = [];
  if ('Next' in state) found.push(['Next', state.Next]);
  if (state.Type === 'Choice') {
    found.push(['Default', state.Default]);
    found.push(...state.Choices.map(({ Next }, index): [string, string] => [`Choices.${index}.Next`, Next]));
  }
  if ('Catch' in state) {
    found.push(...state.Catch.map(({ Next }, index): [string, string] => [`Catch.${index}.Next`, Next]));
  }
  return found.flatMap(([field, target]) => (target === undefined ? [] : [[field, target]]));
}

function* checkState(state: State, here: string): Generator<string> {
  switch (state.Type) {
    case 'Choice':
    case 'Succeed':
      return;
    case 'Fail':
      yield* atMostOne(state, here, ['Error', 'ErrorPath']);
      yield* atMostOne(state, here, ['Cause', 'CausePath']);
      return;
    case 'Wait':
      yield* exactlyOne(state, here, ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath']);
      break;
    case 'Map':
      if (state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED') break;
      for (const field of ['Label', 'ToleratedFailurePercentage', 'ItemBatcher'] as const) {
        if (state[field] !== undefined) yield `${here}.${field}: is for a Distributed Map`;
      }
  }
  yield* exactlyOne(state, here, ['Next', 'End']);
  if (!('Retry' in state)) return;
  yield* checkErrorNames(state.Retry, `${here}.Retry`);
  yield* checkErrorNames(state.Catch, `${here}.Catch`);
}

/** `States.ALL` must be alone in its list, and in the last catcher or retrier. */
function* checkErrorNames(
  rules: readonly { readonly ErrorEquals: readonly string[] }[],
  here: string,
): Generator<string> {
  for (const [index, { ErrorEquals }] of rules.entries()) {
    if (!ErrorEquals.includes('States.ALL')) continue;
    const at = `${here}.${index}.ErrorEquals`;
    if (ErrorEquals.length > 1) yield `${at}: States.ALL must be alone`;
    if (index < rules.length - 1) yield `${at}: States.ALL must come last`;
  }
}

function given(state: State, fields: readonly string[]): string[] {
  const values = new Map<string, unknown>(Object.entries(state));
  return fields.filter((field) => values.get(field) !== undefined);
}

function* exactlyOne(state: State, here: string, fields: readonly string[]): Generator<string> {
  if (given(state, fields).length !== 1) yield `${here}: needs exactly one of ${fields.join(', ')}`;
}

function* atMostOne(state: State, here: string, fields: readonly string[]): Generator<string> {
  if (given(state, fields).length > 1) yield `${here}: takes only one of ${fields.join(', ')}`;
}
