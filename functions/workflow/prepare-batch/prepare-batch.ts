import * as z from 'zod';
import { requireCredits } from '../../domain/check-balance.ts';
import { giveTo, joinRun } from '../../domain/claim-run.ts';
import { creditsToCome } from '../../domain/credits.ts';
import { openAtProvider } from '../../domain/open-provider-session.ts';
import type { Session, Track } from '../../domain/session.ts';
import { sessionIdOf } from '../../domain/session-id.ts';
import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import { mapConcurrent } from '../../shared/map-concurrent.ts';
import { type PreparedBatchState, preparedBatchState, type taskEvent } from '../../shared/state-contracts.ts';
import type { SessionWithTracks } from '../../storage/session-store.ts';
import { batchFromConsole } from './console-input.ts';
import type { state } from './state.ts';

export type PrepareBatchDeps = Deps<typeof state>;

/** As the API starts it, and as it comes round again after the provider has turned it away. */
const bySession = z.strictObject({
  sessionId: z.string().min(1).max(64),
  /** From the console: whose a session is from now on that was started there for nobody. */
  owner: z.string().min(1).max(128).optional(),
});
const turnedAway = preparedBatchState.extend({ verdict: z.literal('waiting') });

/** Copies written down at the same time. */
const writesAtOnce = 25;

/**
 * `Prepare batch`: the record, the copies among the files, and the provider's session. What is in the files is looked
 * at in each file's own execution, because thousands do not fit into the time of one function.
 * @throws ChirpsmithError BadInput, SessionNotFound, NotPossible, CreditsExhausted, or the provider's
 */
export async function prepareBatch(
  { execution, input }: z.infer<typeof taskEvent>,
  deps: PrepareBatchDeps,
): Promise<PreparedBatchState> {
  const { store, provider } = deps;
  const found = await recordOf(input, execution, deps);
  const session = await joinRun(found.session, { executionArn: execution.Id, kind: 'batch' }, deps);
  if (session.status === 'ready') return prepared(session.sessionId, []);
  requireAllDeclared(found);
  const tracks = await withoutCopies(found.tracks, store);

  const price = creditsToCome({ session, tracks }, deps.settings.prices);
  await requireCredits(price, 'Going on', provider);
  if (session.providerSessionId === undefined) {
    const asking = await store.updateSession(session, { prepareCalls: session.prepareCalls + 1 });
    const refusals = turnedAway.safeParse(input).data?.refusals ?? 0;
    const refused = await openAtProvider(asking, { refusals, open: provider.openBatch }, deps);
    if (refused) return { ...prepared(session.sessionId, []), ...refused, verdict: 'waiting' };
  } else if (session.status === 'preparing') {
    await store.updateSession(session, { status: 'uploading' });
  }
  return prepared(
    session.sessionId,
    tracks.filter(isToBeDone).map(({ trackId }) => trackId),
  );
}

const prepared = (sessionId: string, tracks: string[]): PreparedBatchState => ({
  sessionId,
  tracks,
  wait: 0,
  refusals: 0,
  verdict: 'done',
});

const isToBeDone = ({ status, failure }: Track) =>
  status !== 'done' && status !== 'duplicate' && !(status === 'failed' && failure?.permanent);

async function recordOf(
  input: unknown,
  execution: { Id: string },
  { store, lists, bucket, settings, now }: PrepareBatchDeps,
): Promise<SessionWithTracks> {
  const named = z.union([bySession, turnedAway]).safeParse(input);
  if (named.success) {
    const found = await store.require(named.data.sessionId);
    const owner = 'owner' in named.data ? named.data.owner : undefined;
    return owner === undefined ? found : { ...found, session: await giveTo(found.session, owner, store) };
  }
  const earlier = await store.read(sessionIdOf(execution.Id));
  if (earlier) return earlier;
  const given = await batchFromConsole(input, execution, { bucket, settings, now: now(), lists });
  await store.create(given.session, given.tracks);
  return given;
}

/** A slice whose declaration was cut off half-way would leave files out without a word. */
function requireAllDeclared({ session, tracks }: { session: Session; tracks: readonly Track[] }): void {
  const { declared = tracks.length, sessionId } = session;
  if (tracks.length > 0 && tracks.length === declared) return;
  const summary =
    tracks.length === 0
      ? `Session ${sessionId} has no files.`
      : `Session ${sessionId} has ${tracks.length} of ${declared} declared files: declare the others again.`;
  throw new ChirpsmithError('NotPossible', summary);
}

/**
 * Of several files with the same bytes, the first is uploaded; the others become its copies. A file that was declared
 * as the copy of one in its own request is made the copy of the first of all.
 */
async function withoutCopies(tracks: readonly Track[], store: PrepareBatchDeps['store']): Promise<Track[]> {
  const first = new Map<string, string>();
  for (const { sha256, status, trackId } of tracks) {
    const leads = status !== 'duplicate' && status !== 'rejected' && status !== 'failed';
    if (leads && sha256 !== undefined && !first.has(sha256)) first.set(sha256, trackId);
  }
  return mapConcurrent(tracks, writesAtOnce, async (track) => {
    const { sha256, status, trackId, duplicateOf } = track;
    const original = sha256 === undefined ? undefined : first.get(sha256);
    if (status !== 'declared' && status !== 'duplicate') return track;
    if (original === undefined || original === trackId || original === duplicateOf) return track;
    return store.updateTrack(track, { status: 'duplicate', duplicateOf: original });
  });
}
