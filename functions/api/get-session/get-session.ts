import { isInterrupted, isQuiet } from '../../domain/orphan-detection.ts';
import { isRunning } from '../../domain/session.ts';
import { addToTally, noTracks, sumOf } from '../../domain/track-tally.ts';
import type { Deps } from '../../runtime/spec.ts';
import { mapConcurrent } from '../../shared/map-concurrent.ts';
import { type SessionAnswer, type SessionPageAnswer, tracksPerAnswer } from '../contract/session.ts';
import { ownSessionAlone } from '../find-owned-session.ts';
import { type firstPage, pageAnswer, retryAfter, type SessionPage, withSums } from '../session-response.ts';
import type { route } from './route.ts';

export type GetSessionDeps = Deps<typeof route>;

/**
 * `GET /sessions/{id}`: the status of the session and of its first tracks. `retryAfter` in seconds, while
 * something is under way.
 * @throws ChirpsmithError SessionNotFound
 */
export async function getSession(
  sessionId: string,
  subject: string,
  deps: GetSessionDeps,
): Promise<CurrentSession> {
  const page = await readPage(sessionId, subject, deps.store);
  const { session, tracks, more } = page;
  const onPage = addToTally(noTracks, tracks);
  // Sums are no fields of the record: tracks that end at the same time would have to wait for each other.
  const others = more ? await deps.store.tallyTracks(session.sessionId, tracks.at(-1)?.trackId) : noTracks;
  return sessionStatus({ page, tally: sumOf(onPage, others) }, deps);
}

/**
 * `GET /sessions/{id}?after=…`: its tracks after one. Only these are read.
 * @throws ChirpsmithError SessionNotFound
 */
export async function getTracksAfter(
  sessionId: string,
  subject: string,
  { store, executions, settings, now, speed }: GetSessionDeps,
  after: string,
): Promise<SessionPageAnswer> {
  const page = await readPage(sessionId, subject, store, after);
  const { session, tracks } = page;
  const { lastSubmittedAt } = addToTally(noTracks, tracks);
  const isOld = isQuiet({ session, lastSubmittedAt }, settings, now(), speed);
  return pageAnswer(page, isOld && (await isInterrupted(session, executions, now())));
}

async function readPage(
  sessionId: string,
  subject: string,
  store: GetSessionDeps['store'],
  after?: string,
): Promise<SessionPage> {
  const session = await ownSessionAlone(sessionId, subject, store);
  const from = after === undefined ? {} : { after };
  const { tracks, more } = await store.readTracks(session.sessionId, { ...from, limit: tracksPerAnswer });
  const originals = new Map(tracks.map(({ trackId, clipId }) => [trackId, clipId]));
  const elsewhere = tracks.flatMap(({ duplicateOf }) =>
    session.kind === 'batch' && duplicateOf !== undefined && !originals.has(duplicateOf) ? [duplicateOf] : [],
  );
  await mapConcurrent([...new Set(elsewhere)], readsAtOnce, async (trackId) => {
    originals.set(trackId, (await store.requireTrack(session.sessionId, trackId)).clipId);
  });
  return { session, tracks, more, originals };
}

/** Reads under way at the same time. */
const readsAtOnce = 25;

/** A session as `GET /sessions/{id}` answers it. */
export interface CurrentSession {
  readonly answer: SessionAnswer;
  readonly retryAfter?: number;
}

/** The response for a session that was read already. */
export async function sessionStatus(
  { page, tally }: ReturnType<typeof firstPage>,
  { executions, settings, now, speed }: Omit<GetSessionDeps, 'store'>,
): Promise<CurrentSession> {
  const { session } = page;
  const { lastSubmittedAt } = tally;
  const isOld = isQuiet({ session, lastSubmittedAt }, settings, now(), speed);
  const interrupted = isOld && (await isInterrupted(session, executions, now()));
  const answer = withSums(page, tally, settings, interrupted);
  if (interrupted || !isRunning(session)) return { answer };
  return { answer, retryAfter: retryAfter(session, tally, settings, now(), speed) };
}
