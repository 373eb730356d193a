import { learnedChecks } from '../shared/learned-checks.ts';
import { checksFor, type LearnedKind, soonerChecks } from '../shared/schedule.ts';
import type { Settings } from '../shared/settings.ts';
import { type DayOfDurations, observationsOf } from './durations.ts';
import type { Session, Track } from './session.ts';

type CheckTimes = NonNullable<Session['checkTimes']>;

/** What was seen of the provider's tasks in the last days. */
export type SeenLately = Readonly<Record<LearnedKind, readonly DayOfDurations[]>>;

/**
 * When a run checks on its tasks. Its uploads: for the moment at which the last of them is expected, because the training
 * begins only then; earlier checks are few, and later ones close together. Learned where enough was seen of the
 * provider lately, else by the settings.
 * @param tracks of the session, as the run begins
 */
export function checkTimesOf(
  tracks: readonly Track[],
  lately: SeenLately,
  settings: Settings,
  now: string,
): CheckTimes {
  const { upload } = settings.schedules;
  const begun: ReadonlySet<Track['status']> = new Set(['declared', 'submitting', 'submitted']);
  const toCome = tracks.filter(({ status }) => begun.has(status)).length;
  const learned = (kind: LearnedKind, count: number) => {
    if (!settings.schedules[kind].learn || count === 0) return undefined;
    const observations = observationsOf(lately[kind], now, settings);
    const checks = learnedChecks(kind, observations, { tracks: count });
    return checks && { checks, count: observations.length };
  };
  const [uploads, trainings] = [learned('upload', toCome), learned('training', tracks.length)];
  const listed = upload.byTracks && toCome > 0 ? { upload: [...checksFor(upload, toCome)] } : {};
  return {
    ...(uploads ? { upload: uploads.checks } : listed),
    ...(trainings ? { training: trainings.checks } : {}),
    ...(uploads || trainings
      ? {
          learnedFrom: {
            ...(uploads ? { upload: uploads.count } : {}),
            ...(trainings ? { training: trainings.count } : {}),
          },
        }
      : {}),
  };
}

/** How long the uploads of a run took, as it was seen. */
export const seenUploads = (tracks: readonly Track[], run: number): DayOfDurations['seen'] =>
  tracks.flatMap(({ status, run: own, providerSeconds, endedBetween }) => {
    const seen = providerSeconds || endedBetween;
    return status === 'done' && own === run && seen ? [seen] : [];
  });

/** Uploads whose lengths are known, from which on they say something about the provider. */
const fewestUploads = 3;

/** Share of the usual time at which uploads are nearer to half of it than to the whole, seen from a few of them. */
export const fast = 0.73;

/**
 * When a run checks on its training, where nothing was learned of trainings, and its uploads took about half of the usual
 * time or less: the training is then looked for in half of its time, too, and after that by its schedule. A wrong
 * guess costs a few calls and no time.
 * @param tracks of the session, with their clips
 */
export function trainingTimes(
  tracks: readonly Track[],
  planned: CheckTimes | undefined,
  { schedules, timeScale }: Settings,
): CheckTimes {
  const { usual } = schedules.upload;
  const took = tracks.flatMap(({ providerSeconds }) =>
    providerSeconds ? [providerSeconds * timeScale] : [],
  );
  if (planned?.training !== undefined || usual === undefined || took.length < fewestUploads) return {};
  const typical = Math.exp(took.reduce((sum, seconds) => sum + Math.log(seconds), 0) / took.length);
  if (typical > fast * usual) return {};
  return { training: soonerChecks(schedules.training.checks) };
}
