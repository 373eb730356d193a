import { type BatchResult, isRunning, type Session, type Track } from '../../domain/session.ts';
import { withoutSharedClips } from '../../domain/shared-clips.ts';
import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import type { ComparedState, ReconcileClipsState } from '../../shared/state-contracts.ts';
import { asked, positionAtCheck, untilNextCheck } from '../polling.ts';
import type { state } from './state.ts';

export type ReconcileClipsDeps = Deps<typeof state>;

/** Longest list of ids or reasons; the others are only counted. */
const mostListed = 20;

/**
 * `Reconcile clips`: compares the batch in our record with the provider's list of the session. The provider's status is
 * ignored: it is a success from the beginning. Where the lists differ, or the provider's cannot be read, the settle
 * schedule asks again; the remaining differences are recorded.
 * @throws ChirpsmithError NotEnoughClips when no file has a clip; what stopped the run at the provider; Unexpected when
 *   files were left unfinished
 */
export async function reconcileClips(
  state: ReconcileClipsState,
  { store, provider, settings, now }: ReconcileClipsDeps,
): Promise<ComparedState> {
  const schedule = settings.schedules.settle;
  const { sessionId } = state;
  const { waited } = positionAtCheck(state);
  const { session, tracks: found } = await store.require(sessionId);
  if (session.status === 'ready') return { sessionId, wait: 0, waited, verdict: 'done' };
  if (!isRunning(session)) {
    throw new ChirpsmithError('NotPossible', `Session ${sessionId} is "${session.status}".`);
  }
  const { tracks } = await withoutSharedClips(found, { store, now });
  const list = await listOf(session, tracks, provider);
  const differs = list.unread !== undefined || list.notListed.count > 0 || list.notOurs.count > 0;
  if (differs && waited < schedule.deadline) {
    return { sessionId, wait: untilNextCheck(schedule, waited, undefined), waited, verdict: 'waiting' };
  }

  const own = tracks.filter(({ status }) => status !== 'duplicate');
  const clips = own.filter(({ status }) => status === 'done').length;
  const batch: BatchResult = { clips, missing: own.length - clips, list };
  const problem = problemOf(session, own, clips);
  await store.updateSession(session, problem ? { batch } : { batch, status: 'ready', failure: undefined });
  if (problem) throw problem;
  return { sessionId, wait: 0, waited, verdict: 'done' };
}

async function listOf(
  { providerSessionId }: Session,
  tracks: readonly Track[],
  provider: ReconcileClipsDeps['provider'],
): Promise<BatchResult['list']> {
  const ours = new Set(tracks.flatMap(({ clipId }) => (clipId === undefined ? [] : [clipId])));
  const some = (ids: readonly string[]) => ({ count: ids.length, first: ids.slice(0, mostListed) });
  const unread = (reason: string) => ({ unread: reason, notListed: some([]), notOurs: some([]) });
  if (providerSessionId === undefined) return unread('There is no session at the provider.');
  const { answer, trouble } = await asked(provider.status(providerSessionId, 'batch'));
  if (trouble) return unread(trouble.message);
  if (!answer.audioIds) return unread('The answer holds no list.');
  const theirs = new Set(answer.audioIds);
  return {
    listed: theirs.size,
    notListed: some([...ours].filter((id) => !theirs.has(id))),
    notOurs: some([...theirs].filter((id) => !ours.has(id))),
  };
}

/** Why this is no end to be content with; a file that failed is none of the reasons. */
function problemOf(
  { stopped, runs }: Session,
  own: readonly Track[],
  clips: number,
): ChirpsmithError | undefined {
  const unfinished = own.filter(({ status }) => ['declared', 'submitting', 'submitted'].includes(status));
  if (unfinished.length > 0) {
    const problems = unfinished
      .slice(0, mostListed)
      .map(({ file, status }) => ({ where: file, message: `was left "${status}"` }));
    const summary = `${unfinished.length} of ${own.length} files were left unfinished; a resume goes on with them.`;
    if (stopped?.run === runs) return new ChirpsmithError(stopped.error, `${stopped.reason} ${summary}`);
    return new ChirpsmithError('Unexpected', summary, { problems });
  }
  if (clips > 0) return undefined;
  const problems = own
    .slice(0, mostListed)
    .map(({ file, failure }) => ({ where: file, message: failure?.reason ?? 'has no clip' }));
  return new ChirpsmithError('NotEnoughClips', `None of the ${own.length} files became a clip.`, {
    problems,
  });
}
