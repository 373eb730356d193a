import { type Expectation, planChecks } from '../../functions/shared/plan-checks.ts';
import { assumed } from './assumed.ts';
import { type Distribution, stretched } from './distributions.ts';

/** From what a list of moments is computed for one of several uploads. */
export interface UploadRow {
  /** Up to so many tracks. */
  readonly tracks: number;
  /** Seconds of delay that a status call is worth. A round of checks is a call for each, so it is less where they are more. */
  readonly price: number;
  /** How likely it is taken to be that all takes half and twice as long as assumed. */
  readonly half: number;
  readonly twice: number;
}

/** As `npm run bench:schedules -- --find-rows` finds them: see search.ts. */
export const uploadRows: readonly UploadRow[] = [
  { tracks: 6, price: 0.27, half: 0.2, twice: 0.15 },
  { tracks: 8, price: 0.16, half: 0.15, twice: 0.2 },
  { tracks: 10, price: 0.33, half: 0.25, twice: 0.05 },
  { tracks: 12, price: 0.19, half: 0.2, twice: 0.1 },
  { tracks: 15, price: 0.13, half: 0.2, twice: 0.2 },
  { tracks: 18, price: 0.11, half: 0.15, twice: 0.2 },
  { tracks: 21, price: 0.16, half: 0.25, twice: 0.15 },
  { tracks: 24, price: 0.096, half: 0.15, twice: 0.2 },
  { tracks: 32, price: 0.087, half: 0.3, twice: 0.2 },
  { tracks: 40, price: 0.057, half: 0.2, twice: 0.15 },
  { tracks: 60, price: 0.032, half: 0.2, twice: 0.15 },
  { tracks: 80, price: 0.071, half: 0.35, twice: 0.05 },
  { tracks: 100, price: 0.068, half: 0.35, twice: 0.05 },
];

/** For a file of a batch nobody waits, so a call is dear. */
export const batchRow: UploadRow = { tracks: 1, price: 3, half: 0.22, twice: 0.14 };

/** Seconds of delay that a status call of the training is worth, found with the rows. */
export const trainingPrice = 0.55;

/**
 * Moments in a list; the checks after them are evenly spaced. So many that the longest history lets as many tracks into one
 * execution as learned schedules do: of few tracks the moments begin sooner, and one more would be too many.
 */
const listed = { few: 9, many: 10, training: 14 };
const fewTracks = 10;
/** Fewest seconds between two checks. */
const gap = 2;
/** Seconds by which hardly a task still runs. */
const until = 400;

/** An upload may also take half or twice as long: the schedules have to do then, too. */
const uploads = ({ half, twice }: UploadRow): Expectation[] => [
  { share: 1 - half - twice, doneBy: assumed.upload.doneBy },
  { share: half, doneBy: stretched(0.5, assumed.upload).doneBy },
  { share: twice, doneBy: stretched(2, assumed.upload).doneBy },
];

export function uploadChecks(row: UploadRow): readonly number[] {
  const most = row.tracks > fewTracks ? listed.many : listed.few;
  return planChecks(uploads(row), { tasks: row.tracks, price: row.price, until, gap }).slice(0, most);
}

export function trainingChecks(price: number): readonly number[] {
  const certain = ({ doneBy }: Distribution): Expectation[] => [{ share: 1, doneBy }];
  const planned = planChecks(certain(assumed.training), { tasks: 1, price, until, gap });
  return planned.slice(0, listed.training).filter((at) => at <= 182);
}

/** The moments that functions/shared/default-schedules.ts has. */
export const defaultChecks = () => ({
  batch: uploadChecks(batchRow),
  upload: uploadRows.map((row) => ({ tracks: row.tracks, checks: uploadChecks(row) })),
  training: trainingChecks(trainingPrice),
});
