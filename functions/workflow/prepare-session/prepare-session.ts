import { isDeepStrictEqual } from 'node:util';
import type * as z from 'zod';
import { checkTimesOf } from '../../domain/check-times.ts';
import { claimRun } from '../../domain/claim-run.ts';
import { allowsFewer, isWanted, neededClips } from '../../domain/required-clips.ts';
import { resetTrack } from '../../domain/reset-track.ts';
import { canCall, type Session, type Track } from '../../domain/session.ts';
import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError, type Problem } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import type { PreparedState, taskEvent } from '../../shared/state-contracts.ts';
import { begunBy, openSession, prepared, recordOf, requireAudioWay, requireRights } from '../prepare.ts';
import { checkAudio } from './check-audio.ts';
import { sessionFromConsole } from './console-input.ts';
import type { state } from './state.ts';

export type PrepareSessionDeps = Deps<typeof state>;

/**
 * `Prepare session`: the record, the audio, and only then the provider's session.
 * All faults of the input are found here, before anything is spent. When the provider throttles the call, the graph
 * waits as long as it asks and comes round again.
 * @throws ChirpsmithError BadInput, SessionNotFound, NotPossible when the session belongs to another run or was given
 *   up, AudioRejected, NotEnoughClips, AudioUnreachable, or the provider's
 */
export async function prepareSession(
  { execution, input }: z.infer<typeof taskEvent>,
  deps: PrepareSessionDeps,
): Promise<PreparedState> {
  const { store } = deps;
  const { bucket, settings } = deps;
  const { session: found, tracks: recorded } = await recordOf(
    input,
    execution,
    (sessionId) => sessionFromConsole(input, sessionId, { bucket, settings, now: deps.now() }),
    deps,
  );
  const run = { executionArn: execution.Id, kind: 'train', by: begunBy(input) } as const;
  const session = await claimRun(found, run, deps);
  if (!canCall(session)) return paidAlready(session, store);
  requireRights(session, settings);
  const begun = await Promise.all(recorded.map((track) => resetTrack(track, session.runs, deps)));
  const tracks = await checkAudio(begun, deps);
  refuseUnusable(session, tracks, deps.settings.limits);
  await requireAudioWay(tracks, deps.audioWay);

  const planned = await plan(session, tracks, deps);
  const throttled = await openSession({ session: planned, tracks }, input, deps.provider.prepare, deps);
  if (throttled) return { ...prepared(session, []), ...throttled };

  const { sessionId } = session;
  const usable = tracks.filter(({ status }) => status !== 'rejected' && status !== 'duplicate');
  return prepared(
    session,
    usable.map(({ trackId }) => ({ sessionId, trackId })),
  );
}

/** Writes down when this run checks on its tasks, unless that was done when it came by before. */
async function plan(
  session: Session,
  tracks: readonly Track[],
  { store, settings, now }: PrepareSessionDeps,
): Promise<Session> {
  const lately = await store.recentDurations(session.provider, now());
  const checkTimes = checkTimesOf(tracks, lately, settings, now());
  if (isDeepStrictEqual(checkTimes, session.checkTimes ?? {})) return session;
  return store.updateSession(session, { checkTimes });
}

/** Create was called, or may have been: no track changes any more, only the training counts. */
async function paidAlready(session: Session, store: PrepareSessionDeps['store']): Promise<PreparedState> {
  if (session.status === 'preparing') await store.updateSession(session, { status: 'training' });
  return prepared(session, []);
}

/** Before anything is sent: is there a clip to come for as many files as the session needs? */
function refuseUnusable(session: Session, tracks: readonly Track[], limits: Settings['limits']): void {
  const wanted = tracks.filter(isWanted);
  const lost = wanted.filter(
    ({ status, failure }) => status === 'rejected' || isRefused({ status, failure }),
  );
  const problems: Problem[] = lost.map(({ file, failure }) => ({
    where: file,
    message: failure?.reason ?? 'unusable',
  }));
  if (lost.length > 0 && !allowsFewer(session)) {
    const summary = `${lost.length} of ${tracks.length} files cannot be used; nothing was sent to the provider. Put other files in their place, or resume with fewer of them (minClips).`;
    const error = lost.some(({ status }) => status === 'rejected') ? 'AudioRejected' : 'NotEnoughClips';
    throw new ChirpsmithError(error, summary, { problems });
  }
  const usable = wanted.length - lost.length;
  const needed = neededClips(session, tracks, limits);
  if (usable < needed) {
    const summary = `Only ${usable} different usable tracks of the ${needed} that the session needs; nothing was sent to the provider.`;
    throw new ChirpsmithError('NotEnoughClips', summary, { problems });
  }
}

/** Refused by the provider for good. */
const isRefused = ({ status, failure }: Pick<Track, 'status' | 'failure'>) =>
  status === 'failed' && failure?.permanent === true;
