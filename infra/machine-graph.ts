import { z } from 'zod';

const ruleSchema = z.looseObject({ Next: z.string(), StringEquals: z.string().optional() });
const stateSchema = z.looseObject({
  Type: z.enum(['Task', 'Wait', 'Choice', 'Pass', 'Map', 'Succeed', 'Fail']),
  Next: z.string().optional(),
  Default: z.string().optional(),
  Choices: z.array(ruleSchema).default([]),
  Catch: z.array(z.object({ Next: z.string() })).default([]),
  MaxConcurrency: z.number().optional(),
  ItemBatcher: z.object({ MaxItemsPerBatch: z.number() }).optional(),
  ItemProcessor: z.unknown().optional(),
});
const machineSchema = z.looseObject({ StartAt: z.string(), States: z.record(z.string(), stateSchema) });

/** How a state is drawn: with round corners, as a hexagon, as a pill, or as a pill where a run ends. */
export type Shape = 'task' | 'choice' | 'wait' | 'end';

interface Way {
  readonly to: string;
  readonly label?: string;
}

/** A definition as it is drawn. */
export interface Graph {
  readonly shapes: Map<string, Shape>;
  /** From each state on, in the order of the definition. */
  readonly ways: Map<string, Way[]>;
  /** From each state, when it fails. */
  readonly catches: Map<string, string[]>;
  /** The states of a Map's branch, in a box with a title. */
  readonly groups: { readonly name: string; readonly about: string; readonly names: readonly string[] }[];
  /** The way that leads furthest; the states of a branch are in it where their Map is. */
  readonly spine: string[];
}

/** Reads a definition (Amazon States Language). */
export function readGraph(definition: unknown): Graph {
  const graph: Graph = { shapes: new Map(), ways: new Map(), catches: new Map(), groups: [], spine: [] };
  graph.spine.push(...spineOf(definition));
  add(definition, graph);
  return graph;
}

/** The way that leads furthest; a Map is on it by that of its branch. */
function spineOf(definition: unknown): string[] {
  const { StartAt, States } = machineSchema.parse(definition);
  return furthest(StartAt, States).flatMap((name) => {
    const state = States[name];
    return state?.Type === 'Map' ? spineOf(state.ItemProcessor) : [name];
  });
}

/** The names of all states, those of branches in branches, too. */
function namesOf(definition: unknown): string[] {
  return Object.entries(machineSchema.parse(definition).States).flatMap(([name, state]) =>
    state.Type === 'Map' ? namesOf(state.ItemProcessor) : [name],
  );
}

type States = z.infer<typeof machineSchema>['States'];
type State = States[string];

/**
 * The longest way without a state twice, of those to an end if there are any; of two as long the one that the
 * definition names first.
 */
function furthest(name: string, states: States, seen: readonly string[] = []): string[] {
  const state = states[name];
  if (state === undefined || seen.includes(name)) return [];
  const worth = (way: readonly string[]) => {
    const last = states[way.at(-1) ?? ''];
    return way.length + (last !== undefined && waysOf(last).length === 0 ? Object.keys(states).length : 0);
  };
  const ahead = waysOf(state).map(({ to }) => furthest(to, states, [...seen, name]));
  return [name, ...ahead.reduce((best, way) => (worth(way) > worth(best) ? way : best), [])];
}

function waysOf(state: State): Way[] {
  return [
    ...(state.Next === undefined ? [] : [{ to: state.Next }]),
    ...state.Choices.map(({ Next, StringEquals }) => ({ to: Next, label: StringEquals ?? 'yes' })),
    ...(state.Default === undefined ? [] : [{ to: state.Default }]),
  ];
}

const shapeOf = (type: State['Type']): Shape =>
  type === 'Task'
    ? 'task'
    : type === 'Choice'
      ? 'choice'
      : type === 'Succeed' || type === 'Fail'
        ? 'end'
        : 'wait';

/**
 * A Map is drawn by its branch: what leads to it leads to the first state, what leaves it leaves the last one. A Map in a Map
 * is in the same box.
 */
function add(definition: unknown, graph: Graph, isInside = false): void {
  const { States } = machineSchema.parse(definition);
  const entry = (name: string): string => {
    const state = States[name];
    return state?.Type === 'Map' ? (spineOf(state.ItemProcessor)[0] ?? name) : name;
  };
  for (const [name, state] of Object.entries(States)) {
    const ways = waysOf(state).map((way) => ({ ...way, to: entry(way.to) }));
    const catches = state.Catch.map(({ Next }) => entry(Next));
    if (state.Type !== 'Map') {
      graph.shapes.set(name, shapeOf(state.Type));
      graph.ways.set(name, ways);
      graph.catches.set(name, catches);
      continue;
    }
    add(state.ItemProcessor, graph, true);
    const last = spineOf(state.ItemProcessor).at(-1) ?? name;
    graph.ways.set(last, [...(graph.ways.get(last) ?? []), ...ways]);
    graph.catches.set(last, [...(graph.catches.get(last) ?? []), ...catches]);
    if (!isInside) graph.groups.push({ name, about: aboutMap(state), names: namesOf(state.ItemProcessor) });
  }
}

/** How many at once, of a Map and of those in it: `slices of up to 25, 4 at a time; one branch each, 25 at a time`. */
function aboutMap({ ItemBatcher: batcher, MaxConcurrency: most, ItemProcessor }: State): string {
  const what = batcher === undefined ? 'one branch each' : `slices of up to ${batcher.MaxItemsPerBatch}`;
  const inside = Object.values(machineSchema.parse(ItemProcessor).States).filter(
    ({ Type }) => Type === 'Map',
  );
  return [`${what}${most ? `, ${most} at a time` : ''}`, ...inside.map(aboutMap)].join('; ');
}

/** States that are not on the spine, each with the one that leads to it first; several may lead to it by an error. */
export function asides(graph: Graph): { name: string; from: string }[] {
  const found: { name: string; from: string }[] = [];
  const known = new Set(graph.spine);
  const look = (from: string, names: readonly string[]) => {
    for (const name of names) {
      if (known.has(name)) continue;
      known.add(name);
      found.push({ name, from });
      look(
        name,
        (graph.ways.get(name) ?? []).map(({ to }) => to),
      );
    }
  };
  for (const from of graph.spine)
    look(
      from,
      (graph.ways.get(from) ?? []).map(({ to }) => to),
    );
  // Errors of many states lead to one: it is put where the last of them is.
  for (const from of [...graph.spine].reverse()) look(from, graph.catches.get(from) ?? []);
  return found;
}

/** The first state of the branch that a state is in. */
export function firstOf(graph: Graph, name: string): string {
  const group = graph.groups.find(({ names }) => names.includes(name));
  return graph.spine.find((one) => group?.names.includes(one)) ?? name;
}

/** Which states an error leads to, and from which. */
export function caught(graph: Graph): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [from, names] of graph.catches) {
    for (const to of names) found.set(to, [...(found.get(to) ?? []), from]);
  }
  return found;
}
