import * as z from 'zod';
import type { Observation } from '../shared/learned-checks.ts';
import type { LearnedKind } from '../shared/schedule.ts';
import type { ProviderOrigin } from './provider-origin.ts';

const seconds = z.number().positive();

/** What was seen on one day, in the provider's seconds; the youngest last. */
export const seenSchema = z.array(z.union([seconds, z.tuple([z.number().nonnegative(), seconds])]));

/** Most lengths that are kept of a day, and that count. */
export const mostSeen = 60;

/** Days after which what was seen is forgotten. */
export const daysKept = 14;

/** Days after which what was seen counts half. */
const halfLife = 3;

/** What was seen of one kind of task, day by day. */
export interface DayOfDurations {
  /** `2026-11-27` */
  readonly day: string;
  readonly seen: z.infer<typeof seenSchema>;
}

/** The lengths of the provider's tasks, in the session table. Methods throw the errors of the session store. */
export interface DurationStore {
  /** Adds to a day. Where others keep writing, or the table is away, nothing is added: it is only a help. */
  addDurations(
    origin: ProviderOrigin | undefined,
    kind: LearnedKind,
    seen: DayOfDurations['seen'],
    now: string,
  ): Promise<void>;
  /** The last days, oldest first. */
  recentDurations(
    origin: ProviderOrigin | undefined,
    now: string,
  ): Promise<Readonly<Record<LearnedKind, readonly DayOfDurations[]>>>;
}

/** The middle half of what was seen. */
export interface UsualRange {
  readonly tasks: number;
  /** Seconds, by the provider's clock. */
  readonly from: number;
  readonly to: number;
}

/** Fewest tasks of which a range says something. */
const fewestForRange = 4;

/** How long tasks usually took lately; of those between two checks, the middle counts. Nothing where too few were seen. */
export function usualRange(days: readonly DayOfDurations[]): UsualRange | undefined {
  const lengths = days
    .flatMap(({ seen }) => seen.map((one) => (typeof one === 'number' ? one : (one[0] + one[1]) / 2)))
    .sort((one, other) => one - other);
  const at = (share: number) => lengths[Math.round(share * (lengths.length - 1))];
  const [from, to] = [at(0.25), at(0.75)];
  if (lengths.length < fewestForRange || from === undefined || to === undefined) return undefined;
  return { tasks: lengths.length, from, to };
}

/**
 * What counts of these days: the youngest lengths, older ones less. In the schedule's seconds.
 * @param timeScale seconds of a schedule in one of the provider's
 */
export function observationsOf(
  days: readonly DayOfDurations[],
  now: string,
  { timeScale }: { readonly timeScale: number },
): Observation[] {
  const scaled = (seen: DayOfDurations['seen'][number]) =>
    typeof seen === 'number' ? seen * timeScale : ([seen[0] * timeScale, seen[1] * timeScale] as const);
  return days
    .flatMap(({ day, seen }) => {
      const age = Math.max(0, (Date.parse(now.slice(0, 10)) - Date.parse(day)) / 86_400_000);
      return seen.map((one) => ({ seen: scaled(one), weight: 0.5 ** (age / halfLife) }));
    })
    .slice(-mostSeen);
}
