import { fast } from '../../functions/domain/check-times.ts';
import { normalShare } from '../../functions/shared/normal-share.ts';
import type { DoneBy } from '../../functions/shared/plan-checks.ts';
import {
  firstWait,
  nextWait,
  type Schedule,
  soonerChecks,
  withChecks,
} from '../../functions/shared/schedule.ts';
import { defaultSettings } from '../../functions/shared/settings.ts';
import { assumed, assumedUpload } from './assumed.ts';
import { stretched } from './distributions.ts';

/** What a session comes to on average. */
export interface Expected {
  /** Time over the provider's own critical path, as a share of it. */
  readonly beyond: number;
  readonly calls: number;
}

/** Lists of moments in seconds. */
export interface Lists {
  readonly upload: readonly number[];
  readonly training: readonly number[];
}

/** Seconds of one slice of the lengths that are added up. No moment of a check is inside of one. */
const slice = { upload: 0.25, training: 1 };
/** Below this share a length does not count. */
const negligible = 1e-7;
/** Values of chance that are tried for the jitter of a first check. */
const chances = Array.from({ length: 100 }, (_, index) => (index + 0.5) / 100);

/**
 * What a session of so many tracks comes to under these lists, where all takes `factor` times as long as assumed. Added up
 * over the distributions themselves: other than a simulation, it is not better or worse for one seed.
 */
export function expectedOf(lists: Lists, { tracks, factor }: { tracks: number; factor: number }): Expected {
  const { schedules } = defaultSettings;
  const upload = polled(withChecks(schedules.upload, lists.upload), stretched(factor, assumed.upload).doneBy);
  const trained = stretched(factor, assumed.training).doneBy;
  const usual = polled(withChecks(schedules.training, lists.training), trained);
  const sooner = polled(withChecks(schedules.training, soonerChecks(lists.training)), trained);
  // The middle of the uploads' lengths, by which the training is looked for sooner, is log-normal as they are.
  const isSooner = normalShare(Math.log(fast / factor) / (assumedUpload.spread / Math.sqrt(tracks)));
  const blend = (of: (list: Polled) => number) => (1 - isSooner) * of(usual) + isSooner * of(sooner);

  const lengths = slicesOf(trained, slice.training, 1).map(({ length, share }) => ({
    ...{ length, share },
    delay: blend(({ delayOf }) => delayOf(length)),
  }));
  const first = lastOfFirst(withChecks(schedules.upload, lists.upload), tracks);
  let beyond = 0;
  for (const { length, share } of slicesOf(stretched(factor, assumed.upload).doneBy, slice.upload, tracks)) {
    // Where all have ended before the first check, the last of these checks counts.
    const late = length <= first.at ? first.later : 0;
    const delay = upload.delayOf(length) + late;
    for (const training of lengths) {
      beyond += (share * training.share * (delay + training.delay)) / (length + training.length);
    }
  }
  return { beyond, calls: tracks * upload.calls + blend(({ calls }) => calls) };
}

interface Polled {
  /** Of one task, on average. */
  readonly calls: number;
  /** Seconds from the end of a task of this length to the check that sees it. */
  readonly delayOf: (length: number) => number;
}

function polled(schedule: Schedule, doneBy: DoneBy): Polled {
  const moments: number[] = [];
  let calls = 0;
  for (let at = 0; at < schedule.deadline; ) {
    calls += 1 - doneBy(at);
    at += at === 0 ? (schedule.checks[0] ?? schedule.every) : nextWait(schedule, at);
    moments.push(at);
  }
  return { calls, delayOf: (length) => (moments.find((at) => at >= length) ?? length) - length };
}

/** Lengths of the longest of so many tasks, and their shares. */
function slicesOf(doneBy: DoneBy, step: number, tasks: number): { length: number; share: number }[] {
  const found: { length: number; share: number }[] = [];
  for (let from = 0; 1 - doneBy(from) ** tasks > negligible; from += step) {
    const share = doneBy(from + step) ** tasks - doneBy(from) ** tasks;
    if (share > negligible) found.push({ length: from + step / 2, share });
  }
  return found;
}

/** The first check by the schedule, and by how many seconds the last of so many comes later on average. */
function lastOfFirst(schedule: Schedule, tasks: number): { at: number; later: number } {
  const at = schedule.checks[0] ?? schedule.every;
  const isLate = chances.filter((random) => firstWait(schedule, random) > at).length / chances.length;
  return { at, later: 1 - (1 - isLate) ** tasks };
}
