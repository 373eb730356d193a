import { z } from 'zod';

const ruleSchema = z.looseObject({ Next: z.string(), Variable: z.string().optional() });
const stateSchema = z.looseObject({
  Type: z.enum(['Task', 'Wait', 'Choice', 'Pass', 'Map', 'Succeed', 'Fail']),
  Next: z.string().optional(),
  Default: z.string().optional(),
  Choices: z.array(ruleSchema).optional(),
  Catch: z.array(z.object({ ErrorEquals: z.array(z.string()), Next: z.string() })).optional(),
  MaxConcurrency: z.number().optional(),
  ItemBatcher: z.object({ MaxItemsPerBatch: z.number() }).optional(),
  ItemProcessor: z.unknown().optional(),
});
const distributed = z.looseObject({ ProcessorConfig: z.looseObject({ Mode: z.literal('DISTRIBUTED') }) });
const machineSchema = z.looseObject({ StartAt: z.string(), States: z.record(z.string(), stateSchema) });

type State = z.infer<typeof stateSchema>;

/**
 * Draws a machine's definition (Amazon States Language) as a Mermaid flowchart. States keep their titles, a
 * Map is a box around its branch, and the ways that errors take are dotted, one line for each end.
 */
export function drawGraph(definition: unknown): string {
  return ['flowchart TD', ...machine(definition, '  ')].join('\n');
}

function machine(definition: unknown, indent: string): string[] {
  const { StartAt, States } = machineSchema.parse(definition);
  const ordered = reachable(StartAt, States);
  return [
    ...ordered.flatMap(([name, state]) => node(name, state, indent)),
    ...chained(ordered.flatMap(([name, state]) => edges(name, state))).map((edge) => indent + edge),
    ...errorEdges(ordered).map((edge) => indent + edge),
  ];
}

/** The states in the order in which a reader meets them: the way to the end first, errors last. */
function reachable(start: string, states: Readonly<Record<string, State>>): [string, State][] {
  const found = new Map<string, State>();
  const visit = (name: string) => {
    const state = states[name];
    if (!state || found.has(name)) return;
    found.set(name, state);
    for (const { to } of onward(state)) visit(to);
  };
  visit(start);
  for (const state of found.values()) for (const { Next } of state.Catch ?? []) visit(Next);
  return [...found];
}

function onward(state: State): { to: string; label?: string }[] {
  const ways: { to: string; label?: string }[] = [];
  if (state.Next !== undefined) ways.push({ to: state.Next });
  for (const rule of state.Choices ?? []) ways.push({ to: rule.Next, label: condition(rule) });
  if (state.Default !== undefined) ways.push({ to: state.Default, label: 'otherwise' });
  return ways;
}

function condition({ Next: _next, Variable, ...tests }: z.infer<typeof ruleSchema>): string {
  const [[operator, value] = ['', '']] = Object.entries(tests);
  return operator === 'StringEquals' ? String(value) : `${Variable} ${operator} ${JSON.stringify(value)}`;
}

function node(name: string, state: State, indent: string): string[] {
  const id = identifier(name);
  const title = quoted(name);
  switch (state.Type) {
    case 'Map': {
      const own = distributed.safeParse(state.ItemProcessor).success;
      const atOnce = state.MaxConcurrency ? `, ${state.MaxConcurrency} at a time` : '';
      const batch = state.ItemBatcher ? `slices of up to ${state.ItemBatcher.MaxItemsPerBatch}, ` : '';
      const each = `${batch}${own ? 'an execution' : 'one branch'} each${atOnce}`;
      return [
        `${indent}subgraph ${id}[${quoted(`${name}: ${each}`)}]`,
        ...machine(state.ItemProcessor, `${indent}  `),
        `${indent}end`,
      ];
    }
    case 'Choice':
      return [`${indent}${id}{${title}}`];
    case 'Wait':
    case 'Pass':
      return [`${indent}${id}(${title})`];
    case 'Succeed':
    case 'Fail':
      return [`${indent}${id}([${title}])`];
    case 'Task':
      return [`${indent}${id}[${title}]`];
  }
}

function edges(name: string, state: State): string[] {
  return onward(state).map(({ to, label }) => {
    const arrow = label === undefined ? '-->' : `-->|${quoted(label)}|`;
    return `${identifier(name)} ${arrow} ${identifier(to)}`;
  });
}

/** Edges that lead on from one to the next, on one line. */
function chained(all: readonly string[]): string[] {
  const lines: string[] = [];
  for (const edge of all) {
    const before = lines.at(-1) ?? '';
    const [from = '', to = '', ...more] = edge.split(' --> ');
    const goesOn = to !== '' && more.length === 0 && before.endsWith(` --> ${from}`);
    if (goesOn) lines.splice(-1, 1, `${before} --> ${to}`);
    else lines.push(edge);
  }
  return lines;
}

function errorEdges(states: readonly [string, State][]): string[] {
  const catchers = states.flatMap(([name, { Catch = [] }]) =>
    Catch.map(({ ErrorEquals, Next }, index) => {
      const all = ErrorEquals.includes('States.ALL');
      return { from: identifier(name), to: Next, label: all && index > 0 ? 'any other error' : 'error' };
    }),
  );
  const ends = Map.groupBy(catchers, ({ to, label }) => `-. ${label} .-> ${identifier(to)}`);
  return [...ends].map(([arrow, from]) => `${from.map((catcher) => catcher.from).join(' & ')} ${arrow}`);
}

/** `Upload finished?` → `uploadFinished`; letters only, for `end` and the like mean something to Mermaid. */
function identifier(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return words
    .map((word, index) =>
      index === 0 ? word.toLowerCase() : word[0]?.toUpperCase() + word.slice(1).toLowerCase(),
    )
    .join('');
}

const quoted = (text: string) => `"${text.replaceAll('"', '#quot;')}"`;

const start = '<!-- graph:start -->';
const end = '<!-- graph:end -->';
const block = new RegExp(`${start}[\\s\\S]*?${end}`);

/** Has this page a place for the graph? */
export function hasGraph(page: string): boolean {
  return block.test(page);
}

/** The page with the graph between its markers replaced; a page without markers stays as it is. */
export function withGraph(page: string, graph: string): string {
  return page.replace(block, () => [start, '```mermaid', graph, '```', end].join('\n'));
}
