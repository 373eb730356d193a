import * as z from 'zod';
import { type Provider, ProviderError } from '../../provider/provider.ts';
import { creditsToCome } from '../../sessions/credits.ts';
import { requireCredits } from '../../sessions/enough-credits.ts';
import type { Executions } from '../../sessions/executions.ts';
import { isGivenUp, isUnderWay, type Session, type Track } from '../../sessions/session.ts';
import type { SessionStore, SessionWithTracks } from '../../sessions/session-store.ts';
import { slowDown } from '../../sessions/slow-down.ts';
import { ChirpsmithError, type Problem } from '../../shared/errors.ts';
import { turnedAwayWait } from '../../shared/pace.ts';
import type { Settings } from '../../shared/settings.ts';
import { type PreparedState, preparedState, type taskEvent } from '../../shared/states.ts';
import { checkAudio, type InspectTrack } from './check-audio.ts';
import { sessionFromConsole } from './console-input.ts';

export interface PrepareSessionDeps {
  readonly store: SessionStore;
  readonly provider: Provider;
  readonly executions: Pick<Executions, 'standing'>;
  readonly inspect: InspectTrack;
  readonly bucket: string;
  readonly settings: Settings;
  readonly now: () => string;
  readonly random: () => number;
}

/** As the API starts it, and as it comes round again after the provider has turned it away. */
const bySession = z.strictObject({ sessionId: z.string().min(1).max(64) });
const turnedAway = preparedState.extend({ verdict: z.literal('waiting') });

/**
 * `Prepare session`: the record, the audio, and only then the provider's session.
 * Everything that can be found wrong with the input is found here, before anything is spent. When the provider has
 * too much to do, the graph waits as long as it asks and comes round again.
 * @throws ChirpsmithError BadInput, SessionNotFound, NotPossible when the session is another run's or nobody's any
 *   more, AudioRejected, NotEnoughClips, or the provider's
 */
export async function prepareSession(
  { execution, input }: z.infer<typeof taskEvent>,
  deps: PrepareSessionDeps,
): Promise<PreparedState> {
  const { store } = deps;
  const { session: found, tracks: recorded } = await recordOf(input, execution, deps);
  const session = await beginRun(found, execution.Id, deps);
  if (session.create.fence !== 'none') return paidAlready(session, store);
  const begun = await Promise.all(recorded.map((track) => beginTrack(track, session.runs, deps)));
  const tracks = await checkAudio(begun, deps);
  refuseUnusable(session, tracks);

  await requireCredits(creditsToCome({ session, tracks }, deps.settings.prices), 'Going on', deps.provider);
  if (session.providerSessionId === undefined) {
    const asking = await store.updateSession(session, { prepareCalls: session.prepareCalls + 1 });
    const refused = await openAtProvider(asking, input, deps);
    if (refused) return refused;
  } else if (session.status === 'preparing') {
    await store.updateSession(session, { status: 'uploading' });
  }

  const { sessionId } = session;
  const usable = tracks.filter(({ status }) => status !== 'rejected' && status !== 'duplicate');
  return prepared(
    sessionId,
    usable.map(({ trackId }) => ({ sessionId, trackId })),
  );
}

const prepared = (sessionId: string, tracks: PreparedState['tracks']): PreparedState => ({
  sessionId,
  tracks,
  wait: 0,
  refusals: 0,
  verdict: 'done',
});

/** @returns where the loop stands, when the provider has turned the call away and it may be made again */
async function openAtProvider(
  session: Session,
  input: unknown,
  { store, provider, settings, random }: PrepareSessionDeps,
): Promise<PreparedState | undefined> {
  const { sessionId } = session;
  try {
    const { sessionId: providerSessionId } = await provider.prepare();
    await store.updateSession(session, { providerSessionId, status: 'uploading' });
    return undefined;
  } catch (error) {
    if (!(error instanceof ProviderError) || error.name !== 'ProviderThrottled') throw error;
    const refusals = (turnedAway.safeParse(input).data?.refusals ?? 0) + 1;
    if (refusals >= settings.limits.prepareCalls) throw error;
    const pace = await slowDown(store, sessionId, session.pace);
    const wait = turnedAwayWait(refusals, { retryAfter: error.retryAfter, pace, random: random() });
    return { ...prepared(sessionId, []), wait, refusals, verdict: 'waiting' };
  }
}

/** Create was called, or may have been: no track is touched any more, only how the training stands matters. */
async function paidAlready(session: Session, store: SessionStore): Promise<PreparedState> {
  if (session.status === 'preparing') await store.updateSession(session, { status: 'training' });
  return prepared(session.sessionId, []);
}

async function recordOf(
  input: unknown,
  execution: { Id: string },
  { store, bucket, settings, now }: PrepareSessionDeps,
): Promise<SessionWithTracks> {
  const named = z.union([bySession, turnedAway]).safeParse(input);
  if (named.success) return store.require(named.data.sessionId);
  const given = sessionFromConsole(input, execution, { bucket, settings, now: now() });
  const earlier = await store.read(given.session.sessionId);
  if (earlier) return earlier;
  await store.create(given.session, given.tracks);
  return given;
}

/**
 * A start through the API has begun the run already; one from the console begins it here, unless another run is
 * at it: of two on one session, each would do what the other has just begun.
 */
async function beginRun(
  session: Session,
  executionArn: string,
  { store, executions }: PrepareSessionDeps,
): Promise<Session> {
  const { sessionId, status } = session;
  const isOwn = session.executionArn === executionArn;
  if (isGivenUp(session) || (status === 'cancelled' && isOwn)) {
    throw new ChirpsmithError('NotPossible', `Session ${sessionId} is ${status}, by its owner's word.`);
  }
  if (status === 'ready' || isOwn) return session;
  if (isUnderWay(session) && session.executionArn !== undefined) {
    if ((await executions.standing(session.executionArn)) === 'running') {
      const other = session.executionArn.split(':').at(-1);
      throw new ChirpsmithError(
        'NotPossible',
        `Session ${sessionId} is under way in another execution, ${other}: wait for it, or cancel it first.`,
      );
    }
  }
  const run = { executionArn, runs: session.runs + 1, pace: 1, failure: undefined };
  return store.updateSession(session, { ...run, status: 'preparing' });
}

/**
 * A new run gives every unfinished track new attempts, except one that was refused for good. A task that was
 * still running when its deadline passed is looked at again, not submitted again.
 */
async function beginTrack(
  track: Track,
  run: number,
  { store, settings }: PrepareSessionDeps,
): Promise<Track> {
  if (track.run >= run || track.status === 'done' || track.failure?.permanent) return track;
  const stillRunning = track.failure?.error === 'DeadlineExceeded' && track.taskId !== undefined;
  const status = track.status !== 'failed' ? track.status : stillRunning ? 'submitted' : 'declared';
  return store.updateTrack(track, {
    status,
    run,
    attemptsAllowed: track.attempts + settings.limits.uploadAttempts,
    lostAnswers: 0,
    ...(status === 'declared' ? { taskId: undefined, finishedAt: undefined } : {}),
  });
}

function refuseUnusable(session: Session, tracks: readonly Track[]): void {
  const rejected = tracks.filter(({ status }) => status === 'rejected');
  const problems: Problem[] = rejected.map(({ file, failure }) => ({
    where: file,
    message: failure?.reason ?? 'unusable',
  }));
  if (rejected.length > 0 && !session.skipInvalid) {
    const summary = `${rejected.length} of ${tracks.length} files cannot be used; nothing was sent to the provider.`;
    throw new ChirpsmithError('AudioRejected', summary, { problems });
  }
  const usable = tracks.filter(({ status }) => status !== 'rejected' && status !== 'duplicate').length;
  if (usable < session.minClips) {
    const summary = `Only ${usable} different usable tracks of the ${session.minClips} that the session needs; nothing was sent to the provider.`;
    throw new ChirpsmithError('NotEnoughClips', summary, { problems });
  }
}
