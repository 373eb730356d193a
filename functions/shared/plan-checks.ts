/** How long a task takes, as a distribution: the share of tasks that are done so many seconds after submission. */
export type DoneBy = (seconds: number) => number;

/** A distribution that may be the true one, and how likely that is. The shares of a list add up to 1. */
export interface Expectation {
  readonly share: number;
  readonly doneBy: DoneBy;
}

export interface Plan {
  /** Tasks submitted together. Only the end of the last one counts. */
  readonly tasks: number;
  /** Seconds of delay that one status call is worth. */
  readonly price: number;
  /** The plan ends here: a check at this moment finds every task done. */
  readonly until: number;
  /** Fewest seconds between two checks. */
  readonly gap?: number;
}

/**
 * The moments of checks that cost least: calls at their price, and the delay between the end of the last task and the
 * check that sees it. Every task of the session follows the same moments. Found by dynamic programming over whole
 * seconds, so it is exact for these distributions.
 * @returns moments in seconds after submission, ascending, the last one at `until`
 */
export function planChecks(
  expected: readonly Expectation[],
  { tasks, price, until, gap = 1 }: Plan,
): readonly number[] {
  const running = new Float64Array(until + 1);
  const allDone = new Float64Array(until + 1);
  for (let at = 0; at <= until; at++) {
    for (const { share, doneBy } of expected) {
      const done = doneBy(at);
      running[at] = (running[at] ?? 0) + share * (1 - done);
      allDone[at] = (allDone[at] ?? 0) + share * done ** tasks;
    }
  }
  // The integral of allDone: the delay of an end between two checks is the area above it.
  const area = new Float64Array(until + 1);
  for (let at = 1; at <= until; at++) {
    area[at] = (area[at - 1] ?? 0) + ((allDone[at - 1] ?? 0) + (allDone[at] ?? 0)) / 2;
  }
  const cost = new Float64Array(until + 1);
  const next = new Int32Array(until + 1);
  for (let from = until - 1; from >= 0; from--) {
    let least = Number.POSITIVE_INFINITY;
    for (let to = Math.min(until, from + gap); to <= until; to++) {
      const delay = (area[to] ?? 0) - (area[from] ?? 0) - (allDone[from] ?? 0) * (to - from);
      const all = delay + (cost[to] ?? 0);
      if (all >= least) continue;
      least = all;
      next[from] = to;
    }
    cost[from] = least + tasks * price * (running[from] ?? 0);
  }
  const moments: number[] = [];
  for (let at = 0; at < until; ) {
    at = next[at] ?? until;
    moments.push(at);
  }
  return moments;
}
