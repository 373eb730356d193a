import { type Expectation, planChecks } from '../../functions/shared/plan-checks.ts';
import { type Distribution, logNormal, stretched, uniform } from './distributions.ts';

/**
 * What the default schedules assume, since the provider documents no more: uploads of about 20 s with a tail,
 * trainings of "about 2 to 3 minutes". Choices, not facts.
 */
export const assumed = { upload: logNormal(20, 0.4), training: uniform(120, 180) };

/** An upload may also take half or twice as long: the schedules have to do then, too. */
const uploads: readonly Expectation[] = [
  { share: 0.64, doneBy: assumed.upload.doneBy },
  { share: 0.22, doneBy: stretched(0.5, assumed.upload).doneBy },
  { share: 0.14, doneBy: stretched(2, assumed.upload).doneBy },
];

/**
 * Seconds of delay that a status call is worth: the prices at which the schedules keep to the time and the calls that
 * docs/performance.md states. For a file of a batch nobody waits, so a call is dear.
 */
export const price = { batch: 3, training: 0.5 };

/**
 * The same for one of a session's uploads, by the number of tracks up to which each row holds. A round of checks is a
 * call for each, so a call is worth less where they are more.
 */
export const uploadPrices = [
  [6, 0.31],
  [9, 0.25],
  [12, 0.21],
  [18, 0.165],
  [24, 0.14],
  [40, 0.08],
  [60, 0.056],
  [100, 0.034],
] as const;

/** Moments in a list; the checks after them are evenly spaced. */
const listed = { upload: 9, training: 14 };

const checksOf = (expected: readonly Expectation[], tasks: number, call: number, most: number) =>
  planChecks(expected, { tasks, price: call, until: 400, gap: 2 }).slice(0, most);

const certain = ({ doneBy }: Distribution): Expectation[] => [{ share: 1, doneBy }];

/** The moments that functions/shared/settings.ts has as its defaults. */
export function defaultChecks() {
  return {
    batch: checksOf(uploads, 1, price.batch, listed.upload),
    upload: uploadPrices.map(([tracks, call]) => ({
      tracks,
      checks: checksOf(uploads, tracks, call, listed.upload),
    })),
    training: checksOf(certain(assumed.training), 1, price.training, listed.training).filter(
      (at) => at <= 182,
    ),
  };
}
