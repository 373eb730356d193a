import * as z from 'zod';
import { requireCredits } from '../../domain/check-balance.ts';
import { giveTo, joinRun } from '../../domain/claim-run.ts';
import { creditsToCome } from '../../domain/credits.ts';
import { openAtProvider } from '../../domain/open-provider-session.ts';
import { allowsFewer, isWanted, neededClips } from '../../domain/required-clips.ts';
import { beginTrack } from '../../domain/reset-track.ts';
import { mayCall, type Session, type Track } from '../../domain/session.ts';
import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError, type Problem } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import { type PreparedState, preparedState, type taskEvent } from '../../shared/state-contracts.ts';
import type { SessionWithTracks } from '../../storage/session-store.ts';
import { checkAudio } from './check-audio.ts';
import { sessionFromConsole } from './console-input.ts';
import type { state } from './state.ts';

export type PrepareSessionDeps = Deps<typeof state>;

/** As the API starts it, and as it comes round again after the provider has turned it away. */
const bySession = z.strictObject({
  sessionId: z.string().min(1).max(64),
  /** From the console: whose a session is from now on that was started there for nobody. */
  owner: z.string().min(1).max(128).optional(),
});
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
  const session = await joinRun(found, { executionArn: execution.Id, kind: 'train' }, deps);
  if (!mayCall(session)) return paidAlready(session, store);
  const begun = await Promise.all(recorded.map((track) => beginTrack(track, session.runs, deps)));
  const tracks = await checkAudio(begun, deps);
  refuseUnusable(session, tracks, deps.settings.limits);

  await requireCredits(creditsToCome({ session, tracks }, deps.settings.prices), 'Going on', deps.provider);
  if (session.providerSessionId === undefined) {
    const asking = await store.updateSession(session, { prepareCalls: session.prepareCalls + 1 });
    const refusals = turnedAway.safeParse(input).data?.refusals ?? 0;
    const refused = await openAtProvider(asking, { refusals, open: deps.provider.prepare }, deps);
    if (refused) return { ...prepared(session.sessionId, []), ...refused, verdict: 'waiting' };
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

/** Create was called, or may have been: no track is touched any more, only how the training stands matters. */
async function paidAlready(session: Session, store: PrepareSessionDeps['store']): Promise<PreparedState> {
  if (session.status === 'preparing') await store.updateSession(session, { status: 'training' });
  return prepared(session.sessionId, []);
}

async function recordOf(
  input: unknown,
  execution: { Id: string },
  { store, bucket, settings, now }: PrepareSessionDeps,
): Promise<SessionWithTracks> {
  const named = z.union([bySession, turnedAway]).safeParse(input);
  if (named.success) {
    const found = await store.require(named.data.sessionId);
    const owner = 'owner' in named.data ? named.data.owner : undefined;
    return owner === undefined ? found : { ...found, session: await giveTo(found.session, owner, store) };
  }
  const given = sessionFromConsole(input, execution, { bucket, settings, now: now() });
  const earlier = await store.read(given.session.sessionId);
  if (earlier) return earlier;
  await store.create(given.session, given.tracks);
  return given;
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
    const summary = `${lost.length} of ${tracks.length} files cannot be used; nothing was sent to the provider. Put other files in their place, or resume with minClips.`;
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
