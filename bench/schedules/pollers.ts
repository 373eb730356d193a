import { firstWait, nextWait, type Schedule } from '../../functions/shared/schedule.ts';

/** The seconds to wait before each check of a task. */
export type Waits = Generator<number, never, void>;

/** What asks for the status of a task until it is done. */
export interface Poller {
  readonly name: string;
  /** Uploads under way at the same time; all of them unless given. */
  readonly atOnce?: number;
  readonly upload: (tracks: number, random: () => number) => Waits;
  /** @param uploadsTook seconds that the session's uploads took */
  readonly training: (uploadsTook: readonly number[], random: () => number) => Waits;
}

/** As the functions follow a schedule. */
export function* followed(schedule: Schedule, random: () => number): Waits {
  for (let waited = 0, wait = firstWait(schedule, random()); ; wait = nextWait(schedule, waited)) {
    yield wait;
    waited += wait;
  }
}

function* growing(first: number, factor: number, most: number): Waits {
  for (let wait = first; ; wait = Math.min(most, wait * factor)) yield wait;
}

/** As the waiters of AWS's SDK: a random wait between the least and a bound that doubles. */
function* awsWaiter(least: number, most: number, random: () => number): Waits {
  for (let bound = least; ; bound = Math.min(most, 2 * bound)) yield least + (bound - least) * random();
}

const alike = (name: string, waits: (random: () => number) => Waits): Poller => ({
  name,
  upload: (_, random) => waits(random),
  training: (_, random) => waits(random),
});

/** What others do. */
export const otherPollers: readonly Poller[] = [
  alike("the provider's sample: every 3 s", () => growing(3, 1, 3)),
  alike('every 10 s', () => growing(10, 1, 10)),
  alike('every 30 s', () => growing(30, 1, 30)),
  alike('doubling from 1 s to 60 s', () => growing(1, 2, 60)),
  alike("Google's long-running operations: 5 s × 1.5, at most 45 s", () => growing(5, 1.5, 45)),
  alike("AWS SDK's waiter: 2 s to 120 s, doubling, random", (random) => awsWaiter(2, 120, random)),
];
