import { learnedChecks, type Observation } from '../../functions/shared/learned-checks.ts';
import { type DoneBy, planChecks } from '../../functions/shared/plan-checks.ts';
import { type LearnedKind, nextWait, type Schedule, withChecks } from '../../functions/shared/schedule.ts';
import { defaultSettings } from '../../functions/shared/settings.ts';
import { assumed } from './assumed.ts';
import { type Distribution, generator, logNormal, mixed, uniform } from './distributions.ts';

/** Seconds of delay that a call is worth here. */
export const callPrice = 3;

/** Lengths that may be met, and the kind of task whose defaults they are compared with. */
export const learningCases: readonly { readonly kind: LearnedKind; readonly lengths: Distribution }[] = [
  { kind: 'upload', lengths: logNormal(20, 0.25) },
  { kind: 'upload', lengths: logNormal(20, 0.5) },
  { kind: 'upload', lengths: logNormal(20, 1) },
  { kind: 'training', lengths: uniform(120, 180) },
  { kind: 'upload', lengths: mixed(0.8, logNormal(15, 0.1), logNormal(90, 0.1)) },
];

/** Every moment of a schedule, until hardly a task of these lengths still runs. */
function* moments(schedule: Schedule, doneBy: DoneBy): Generator<number> {
  for (let at = 0; 1 - doneBy(at) > 1e-5 && at < schedule.deadline; ) {
    at += nextWait(schedule, at);
    yield at;
  }
}

/** What one task costs under these moments, in seconds: its calls at their price, and the delay until its end is seen. */
export function costOf(checks: Iterable<number>, doneBy: DoneBy): number {
  let cost = 0;
  let before = 0;
  for (const at of checks) {
    const parts = Math.max(8, 2 * (at - before));
    let delay = 0;
    for (let part = 0; part < parts; part++) {
      const share = doneBy(before + ((at - before) * (part + 0.5)) / parts) - doneBy(before);
      delay += (share * (at - before)) / parts;
    }
    cost += callPrice * (1 - doneBy(before)) + delay;
    before = at;
  }
  return cost;
}

/** The least cost that there is for these lengths. */
export const leastCost = ({ doneBy }: Distribution): number =>
  costOf(planChecks([{ share: 1, doneBy }], { tasks: 1, price: callPrice, until: 1200 }), doneBy);

/** What the defaults would be at this price, followed as the functions do. */
export function defaultCost(kind: LearnedKind, { doneBy }: Distribution): number {
  const until = defaultSettings.schedules[kind].deadline;
  const planned = planChecks([{ share: 1, doneBy: assumed[kind].doneBy }], {
    tasks: 1,
    price: callPrice,
    until,
  });
  const schedule = withChecks(defaultSettings.schedules[kind], planned.slice(0, 12));
  return costOf(moments(schedule, doneBy), doneBy);
}

/** What a schedule costs that was learned from these observations. */
export function learnedCost(
  kind: LearnedKind,
  observations: readonly Observation[],
  { doneBy }: Distribution,
): number {
  const checks = learnedChecks(kind, observations, { tracks: 1, call: callPrice });
  return costOf(moments(withChecks(defaultSettings.schedules[kind], checks), doneBy), doneBy);
}

const seenOf = (lengths: Distribution, count: number, random: () => number): Observation[] =>
  Array.from({ length: count }, () => ({ seen: lengths.draw(random), weight: 1 }));

/** Mean of what was learned from so many observations over the least cost. */
export function learnedRatio(
  kind: LearnedKind,
  lengths: Distribution,
  count: number,
  { runs, seed }: { runs: number; seed: number },
): number {
  const random = generator(seed);
  const least = leastCost(lengths);
  let sum = 0;
  for (let run = 0; run < runs; run++) sum += learnedCost(kind, seenOf(lengths, count, random), lengths);
  return sum / runs / least;
}

/** The same so many observations after a change of the lengths: the youngest sixty count. */
export function ratioAfterShift(
  kind: LearnedKind,
  [before, after]: readonly [Distribution, Distribution],
  count: number,
  { runs, seed, most }: { runs: number; seed: number; most: number },
): number {
  const random = generator(seed);
  const least = leastCost(after);
  let sum = 0;
  for (let run = 0; run < runs; run++) {
    const seen = [...seenOf(before, most, random), ...seenOf(after, count, random)].slice(-most);
    sum += learnedCost(kind, seen, after);
  }
  return sum / runs / least;
}
