import type * as z from 'zod';
import { claimRun } from '../../domain/claim-run.ts';
import type { Session, Track } from '../../domain/session.ts';
import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import { mapConcurrent } from '../../shared/map-concurrent.ts';
import type { PreparedBatchState, taskEvent } from '../../shared/state-contracts.ts';
import { begunBy, openSession, prepared, recordOf, requireAudioWay, requireRights } from '../prepare.ts';
import { batchFromConsole } from './console-input.ts';
import type { state } from './state.ts';

export type PrepareBatchDeps = Deps<typeof state>;

/** Copies written at the same time. */
const writesAtOnce = 25;

/**
 * `Prepare batch`: the record, the copies among the files, and the provider's session. Each file is inspected in its
 * own execution, because thousands do not fit into the time of one function.
 * @throws ChirpsmithError BadInput, SessionNotFound, NotPossible, AudioUnreachable, CreditsExhausted, or the provider's
 */
export async function prepareBatch(
  { execution, input }: z.infer<typeof taskEvent>,
  deps: PrepareBatchDeps,
): Promise<PreparedBatchState> {
  const { store, lists, bucket, settings } = deps;
  const found = await recordOf(
    input,
    execution,
    (sessionId) => batchFromConsole(input, sessionId, { bucket, settings, now: deps.now(), lists }),
    deps,
  );
  const run = { executionArn: execution.Id, kind: 'batch', by: begunBy(input) } as const;
  const session = await claimRun(found.session, run, deps);
  if (session.status === 'ready') return prepared(session, []);
  requireAllDeclared(found);
  requireRights(session, settings);
  const tracks = await withoutCopies(found.tracks, store);

  await requireAudioWay(tracks, deps.audioWay);
  const throttled = await openSession({ session, tracks }, input, deps.provider.openBatch, deps);
  if (throttled) return { ...prepared(session, []), ...throttled };
  return prepared(
    session,
    tracks.filter(isToBeDone).map(({ trackId }) => trackId),
  );
}

const isToBeDone = ({ status, failure }: Track) =>
  status !== 'done' && status !== 'duplicate' && !(status === 'failed' && failure?.permanent);

/** A declaration that was cut off half-way would leave files out silently. */
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
