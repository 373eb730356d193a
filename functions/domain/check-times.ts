import { checksFor } from '../shared/schedule.ts';
import type { Settings } from '../shared/settings.ts';
import type { Session, Track } from './session.ts';

type CheckTimes = NonNullable<Session['checkTimes']>;

/**
 * When a run checks on its uploads: for the moment at which the last of them is expected, because the training begins
 * only then. Earlier checks are few, and later ones close together.
 * @param tracks of the session, as the run begins
 */
export function uploadTimes(tracks: readonly Track[], { schedules }: Settings): CheckTimes {
  const begun: ReadonlySet<Track['status']> = new Set(['declared', 'submitting', 'submitted']);
  const toCome = tracks.filter(({ status }) => begun.has(status)).length;
  if (schedules.upload.byTracks === undefined || toCome === 0) return {};
  return { upload: [...checksFor(schedules.upload, toCome)] };
}

/** Uploads whose lengths are known, from which on they say something about the provider. */
const fewestUploads = 3;

/** Share of the usual time at which uploads are nearer to half of it than to the whole, seen from a few of them. */
const fast = 0.73;

/** Seconds between the training's checks then: there is less to lose by a call than by a wrong guess. */
const closeChecks = 2;

/**
 * When a run checks on its training, where its uploads took about half of the usual time or less: the training is
 * then looked for in half of its time, too, and after that by its schedule. A wrong guess costs a few calls and no time.
 * @param tracks of the session, with their clips
 */
export function trainingTimes(tracks: readonly Track[], { schedules, timeScale }: Settings): CheckTimes {
  const { usual } = schedules.upload;
  const took = tracks.flatMap(({ providerSeconds }) =>
    providerSeconds ? [providerSeconds * timeScale] : [],
  );
  if (usual === undefined || took.length < fewestUploads) return {};
  const typical = Math.exp(took.reduce((sum, seconds) => sum + Math.log(seconds), 0) / took.length);
  if (typical > fast * usual) return {};
  const { checks } = schedules.training;
  const [first = 0, last = 0] = [checks[0], checks.at(-1)].map((at = 0) => Math.floor(at / 2));
  const early = Array.from(
    { length: Math.ceil((last - first) / closeChecks) },
    (_, i) => first + closeChecks * i,
  );
  const moments = [...early, last, ...checks.filter((at) => at > last)];
  return { training: moments.filter((at) => at > 0) };
}
