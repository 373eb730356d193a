import { asides, caught, firstOf, type Graph, readGraph, type Shape } from './machine-graph.ts';

/** One drawing of a machine; all numbers are of the viewBox of its SVG. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly node: { readonly width: number; readonly height: number };
  readonly nodes: readonly { readonly name: string; readonly x: number; readonly y: number }[];
  /** `error`: the way of an error, dotted. */
  readonly edges: readonly {
    readonly path: string;
    readonly error?: true;
    readonly label?: { readonly text: string; readonly x: number; readonly y: number };
  }[];
  /** The branch of a Map. */
  readonly groups: readonly {
    readonly title: string;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }[];
}

/** A machine as the page draws it: in rows, and upright for a phone. */
export interface MachineLayout {
  readonly shapes: Readonly<Record<string, Shape>>;
  readonly wide: Drawing;
  readonly narrow: Drawing;
}

/** Lays a definition (Amazon States Language) out on a grid: the way to the end in rows, everything else below it. */
export function layOut(definition: unknown): MachineLayout {
  const graph = readGraph(definition);
  return { shapes: Object.fromEntries(graph.shapes), wide: wide(graph), narrow: narrow(graph) };
}

interface Cell {
  readonly row: number;
  readonly column: number;
}

const perRow = 8;
const node = { width: 146, height: 30 };
const column = 168;
const rowHeight = 122;
const below = 52;
const top = 46;

function wide(graph: Graph): Drawing {
  const cells = new Map<string, Cell>();
  const grouped = new Set(graph.groups.flatMap(({ names }) => names));
  let row = 0;
  let at = 0;
  for (const [index, name] of graph.spine.entries()) {
    const before = graph.spine[index - 1];
    // A box ends its row, so that the way out of it begins the next one.
    const leaves = before !== undefined && grouped.has(before) && !grouped.has(name);
    if (at === perRow || leaves) {
      row += 1;
      at = 0;
    }
    cells.set(name, { row, column: at });
    at += 1;
  }
  const taken = new Set<string>();
  const errors = caught(graph);
  const columnOf = (name: string) => cells.get(name)?.column ?? 0;
  const isBack = (from: string, to: string) => {
    const [a, b] = [cells.get(from), cells.get(to)];
    return (
      a !== undefined && b !== undefined && Number.isInteger(a.row) && a.row === b.row && b.column < a.column
    );
  };
  for (const { name, from } of asides(graph)) {
    const source = cells.get(from) ?? { row: 0, column: 0 };
    const sides = Number.isInteger(source.row) ? source.row + 0.5 : source.row;
    const crowded = (graph.ways.get(from) ?? []).some(({ to }) => isBack(from, to));
    const isFree = (one: number) => !taken.has(`${sides} ${one}`);
    const best = Number.isInteger(source.row) && !crowded ? source.column : source.column + 1;
    const wanted = Array.from(
      { length: 2 * perRow },
      (_, index) => best + (index % 2 ? -1 : 1) * Math.ceil(index / 2),
    );
    const place =
      (errors.get(name) ?? []).length > 1
        ? // Its way comes from the left, where it has a word, and it goes on to the right.
          wanted.find((one) => one > 0 && [one - 1, one, one + 1, one + 2].every(isFree))
        : wanted.find((one) => one >= best && isFree(one));
    if (place === undefined) throw new Error(`There is no place to draw the state ${name}.`);
    taken.add(`${sides} ${place}`);
    cells.set(name, { row: sides, column: place });
  }
  const x = (name: string) => 4 + columnOf(name) * column;
  const y = (name: string) => {
    const cell = cells.get(name) ?? { row: 0, column: 0 };
    const main = Math.floor(cell.row);
    return top + main * rowHeight + (cell.row === main ? 0 : below);
  };
  const middle = (name: string) => x(name) + node.width / 2;
  const bottom = (name: string) => y(name) + node.height;
  const center = (name: string) => y(name) + node.height / 2;

  const edges: Drawing['edges'][number][] = [];
  for (const [from, ways] of graph.ways) {
    let backs = 0;
    for (const { to, label } of ways) {
      const [a, b] = [cells.get(from), cells.get(to)];
      if (a === undefined || b === undefined) continue;
      const named = (text: string | undefined, lx: number, ly: number) =>
        text === undefined ? {} : { label: { text, x: lx, y: ly } };
      if (isBack(from, to)) {
        // The first one below the row, the second one above it.
        const under = backs === 0;
        const line = under ? bottom(from) + 11 : y(from) - 11;
        const edge = under ? bottom(from) : y(from);
        const shift = under ? 18 : 0;
        edges.push({
          path: `M${middle(from) - shift} ${edge}V${line}H${middle(to) + shift}V${edge}`,
          ...named(label, (middle(from) + middle(to)) / 2, line + 4),
        });
        backs += 1;
      } else if (a.row === b.row && b.column > a.column) {
        edges.push({ path: `M${x(from) + node.width} ${center(from)}H${x(to)}` });
      } else if (b.row > a.row && Number.isInteger(b.row)) {
        const line = y(to) - 24;
        const leaves = grouped.has(from);
        // Out of a box at its left; from any other state between two columns, where nothing is below it.
        const start = leaves
          ? `M${x(firstOf(graph, from))} ${bottom(from) + below + 8}`
          : `M${x(from) + 12} ${bottom(from)}V${bottom(from) + 10}H${x(from) - 11}`;
        edges.push({ path: `${start}V${line}H${middle(to)}V${y(to)}` });
      } else if (b.column === a.column) {
        const down = b.row > a.row;
        edges.push({
          path: `M${middle(from)} ${down ? bottom(from) : y(from)}V${down ? y(to) : bottom(to)}`,
          ...named(label, middle(from) + 24, (bottom(from) + y(to)) / 2 + 4),
        });
      } else if (b.row > a.row) {
        const start = middle(from) + 30;
        edges.push({
          path: `M${start} ${bottom(from)}V${center(to)}H${x(to)}`,
          ...named(label, start + 24, center(to) - 5),
        });
      } else {
        const left = b.column < a.column;
        edges.push({
          path: `M${left ? x(from) : x(from) + node.width} ${center(from)}H${middle(to) - (left ? 0 : 18)}V${bottom(to)}`,
        });
      }
    }
  }
  for (const [to, from] of errors) {
    const [only] = from;
    const target = cells.get(to);
    if (target === undefined || only === undefined) continue;
    if (from.length === 1 && columnOf(only) === target.column) {
      edges.push({ path: `M${middle(only)} ${bottom(only)}V${y(to)}`, error: true });
    } else if (from.length === 1) {
      edges.push({ path: `M${x(only) + node.width} ${center(only)}H${middle(to)}V${y(to)}`, error: true });
    } else {
      const label = { text: 'any error', x: x(to) - 42, y: center(to) - 5 };
      edges.push({ path: `M${x(to) - 72} ${center(to)}H${x(to)}`, error: true, label });
    }
  }
  const names = [...cells.keys()];
  const groups = graph.groups.map(({ name, about, names: inside }) => {
    const left = Math.min(...inside.map(x)) - 10;
    const above = Math.min(...inside.map(y)) - 42;
    return {
      title: `${name}: ${about}`,
      x: left,
      y: above,
      width: Math.max(...inside.map(x)) + node.width + 10 - left,
      height: Math.min(...inside.map(bottom)) + below + 8 - above,
    };
  });
  return {
    width: Math.max(...names.map(x), ...[0]) + node.width + 14,
    height: Math.max(...names.map(bottom)) + 12,
    node,
    nodes: names.map((name) => ({ name, x: x(name), y: y(name) })),
    edges,
    groups,
  };
}

const upright = { width: 158, height: 28 };
const step = 40;

/** The spine from top to bottom, everything else beside what leads to it. */
function narrow(graph: Graph): Drawing {
  const places = new Map<string, { x: number; y: number }>();
  const grouped = new Set(graph.groups.flatMap(({ names }) => names));
  let y = 6;
  for (const [index, name] of graph.spine.entries()) {
    const before = graph.spine[index - 1];
    if (before !== undefined && !grouped.has(before) && grouped.has(name)) y += 34;
    if (before !== undefined && grouped.has(before) && !grouped.has(name)) y += 14;
    places.set(name, { x: 10, y });
    y += step;
  }
  for (const { name, from } of asides(graph)) {
    const source = places.get(from) ?? { x: 10, y: 6 };
    const takenAt = (one: number) =>
      [...places.values()].some((place) => place.x === 194 && Math.abs(place.y - one) < step);
    let place = source.x === 194 ? source.y + step : source.y;
    while (takenAt(place)) place += step;
    places.set(name, { x: 194, y: place });
  }
  const at = (name: string) => places.get(name) ?? { x: 0, y: 0 };
  const edges: Drawing['edges'][number][] = [];
  for (const [from, ways] of graph.ways) {
    const a = at(from);
    let backs = 0;
    for (const { to } of ways) {
      const b = at(to);
      const [aCenter, bCenter] = [a.y + upright.height / 2, b.y + upright.height / 2];
      if (a.x === b.x && b.y > a.y) {
        edges.push({ path: `M${a.x + upright.width / 2} ${a.y + upright.height}V${b.y}` });
      } else if (a.x === b.x) {
        // Ways back go beside the column: the first at its right, the second at its left.
        const right = backs === 0;
        const side = right ? a.x + upright.width : a.x;
        const line = right ? side + 12 : side - 6;
        edges.push({ path: `M${side} ${aCenter - 6}H${line}V${bCenter + 6}H${side}` });
        backs += 1;
      } else if (b.x > a.x) {
        const end = a.y === b.y ? '' : `H${b.x - 6}V${bCenter}`;
        edges.push({ path: `M${a.x + upright.width} ${aCenter + 4}${end}H${b.x}` });
      } else {
        edges.push({
          path: `M${a.x} ${aCenter}H${b.x + upright.width + 18}V${bCenter}H${b.x + upright.width}`,
        });
      }
    }
  }
  for (const [to, from] of caught(graph)) {
    const [only] = from;
    if (only === undefined || from.length > 1) continue;
    edges.push({ path: `M${at(only).x + upright.width} ${at(only).y + 14}H${at(to).x}`, error: true });
  }
  const groups = graph.groups.map(({ name: title, names }) => {
    const tops = names.map((name) => at(name).y);
    const above = Math.min(...tops) - 30;
    return { title, x: 1, y: above, width: 356, height: Math.max(...tops) + upright.height + 8 - above };
  });
  const all = [...places];
  return {
    width: 358,
    height: Math.max(...all.map(([, place]) => place.y)) + upright.height + 6,
    node: upright,
    nodes: all.map(([name, place]) => ({ name, ...place })),
    edges,
    groups,
  };
}
