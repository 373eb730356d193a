import { z } from 'zod';

const ruleSchema = z.looseObject({ Next: z.string(), StringEquals: z.string().optional() });
const stateSchema = z.looseObject({
  Type: z.enum(['Task', 'Wait', 'Choice', 'Pass', 'Map', 'Succeed', 'Fail']),
  Next: z.string().optional(),
  Default: z.string().optional(),
  Choices: z.array(ruleSchema).default([]),
  Catch: z.array(z.object({ Next: z.string() })).default([]),
  MaxConcurrency: z.number().optional(),
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
  readonly groups: { readonly title: string; readonly names: readonly string[] }[];
  /** The way that leads furthest; the states of a branch are in it where their Map is. */
  readonly spine: string[];
}

/** Reads a definition (Amazon States Language). */
export function readGraph(definition: unknown): Graph {
  const graph: Graph = { shapes: new Map(), ways: new Map(), catches: new Map(), groups: [], spine: [] };
  const { StartAt, States } = machineSchema.parse(definition);
  for (const name of furthest(StartAt, States)) {
    const state = States[name];
    if (state?.Type !== 'Map') graph.spine.push(name);
    else graph.spine.push(...branchSpine(state.ItemProcessor));
  }
  add(definition, graph);
  return graph;
}

const branchSpine = (branch: unknown): string[] => {
  const { StartAt, States } = machineSchema.parse(branch);
  return furthest(StartAt, States);
};

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

/** A Map is drawn by its branch: what leads to it leads to the first state, what leaves it leaves the box. */
function add(definition: unknown, graph: Graph): void {
  const { States } = machineSchema.parse(definition);
  const entry = (name: string): string => {
    const state = States[name];
    return state?.Type === 'Map' ? machineSchema.parse(state.ItemProcessor).StartAt : name;
  };
  for (const [name, state] of Object.entries(States)) {
    const ways = waysOf(state).map((way) => ({ ...way, to: entry(way.to) }));
    const catches = state.Catch.map(({ Next }) => entry(Next));
    if (state.Type === 'Map') {
      add(state.ItemProcessor, graph);
      const names = Object.keys(machineSchema.parse(state.ItemProcessor).States);
      const most = state.MaxConcurrency ? `, ${state.MaxConcurrency} at a time` : '';
      graph.groups.push({ title: `${name}: one branch each${most}`, names });
      const last = branchSpine(state.ItemProcessor).at(-1) ?? name;
      graph.ways.set(last, ways);
      graph.catches.set(last, catches);
      continue;
    }
    graph.shapes.set(name, shapeOf(state.Type));
    graph.ways.set(name, ways);
    graph.catches.set(name, catches);
  }
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
