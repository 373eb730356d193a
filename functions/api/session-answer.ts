import { creditsSpent, creditsToCome } from '../sessions/credits.ts';
import {
  isOverdue,
  isPartial,
  mayCancel,
  mayDecide,
  type Session,
  type Track,
  unfinishedWork,
} from '../sessions/session.ts';
import type { SessionWithTracks } from '../sessions/session-store.ts';
import { nextWait, type Schedule } from '../shared/schedule.ts';
import type { Settings } from '../shared/settings.ts';
import { type SessionAnswer, type SessionListAnswer, type TrackAnswer, tracksPerAnswer } from './contract.ts';

/**
 * A session as its owner sees it.
 * @param interrupted its execution is gone while work was under way
 * @param after only tracks that come after this one
 */
export function sessionAnswer(
  { session, tracks }: SessionWithTracks,
  { prices }: Settings,
  interrupted: boolean,
  after = '',
): SessionAnswer {
  const following = tracks.filter(({ trackId }) => trackId > after);
  const shown = following.slice(0, tracksPerAnswer);
  const clipOf = clipsOf(session, tracks);
  return {
    ...summary(session),
    ...(interrupted ? { status: 'interrupted' as const } : {}),
    creditsSpent: creditsSpent({ session, tracks }, prices),
    creditsToCome: creditsToCome({ session, tracks }, prices),
    actions: actionsFor(interrupted ? { ...session, status: 'interrupted' } : session),
    decisions: session.decisions.map(({ choice, by, at }) => ({ choice, by, at })),
    providerCalls:
      session.prepareCalls +
      session.create.calls +
      session.create.checks +
      tracks.reduce((sum, { calls }) => sum + calls, 0),
    ...(session.batch === undefined ? {} : { batch: session.batch }),
    tracks: shown.map((track) => trackAnswer({ ...track, clipId: clipOf(track) })),
    ...(shown.length < following.length ? { nextTracks: shown.at(-1)?.trackId } : {}),
  };
}

/** A batch is asked for each file's clip: one with the same bytes as another has that one's. */
function clipsOf({ kind }: Session, tracks: readonly Track[]) {
  const clips = new Map(kind === 'batch' ? tracks.map(({ trackId, clipId }) => [trackId, clipId]) : []);
  return ({ clipId, duplicateOf }: Track) => clipId ?? clips.get(duplicateOf ?? '');
}

/** The same without its tracks, for lists. */
export function summary(session: Session): SessionListAnswer['sessions'][number] {
  const { sessionId, kind, name, status, startedBy, createdAt, updatedAt, minClips } = session;
  const unfinished = unfinishedWork(session);
  return {
    sessionId,
    kind,
    name,
    status,
    startedBy,
    createdAt,
    updatedAt,
    ...(minClips === undefined ? {} : { minClips }),
    ...(session.provider === undefined ? {} : { provider: session.provider }),
    ...(session.executionArn === undefined ? {} : { executionArn: session.executionArn }),
    ...(session.modelId === undefined ? {} : { modelId: session.modelId }),
    ...(unfinished === undefined ? {} : { unfinished }),
    ...(session.missing === undefined ? {} : { missing: session.missing }),
    ...(session.music === undefined ? {} : { music: session.music }),
    ...(session.failure === undefined ? {} : { failure: failureAnswer(session.failure) }),
  };
}

/** What a person can do with a session that stands like this. */
function actionsFor(session: Session): SessionAnswer['actions'] {
  const going: SessionAnswer['actions'] =
    session.status === 'open'
      ? ['start']
      : session.status === 'review'
        ? ['approve']
        : mayDecide(session)
          ? [...(isOverdue(session) ? (['resume'] as const) : []), 'decide']
          : ['failed', 'cancelled', 'interrupted'].includes(session.status) || isPartial(session)
            ? ['resume']
            : [];
  return mayCancel(session) ? [...going, 'cancel'] : going;
}

/** Tracks of a session for which one may ask once a second. */
const tracksPerSecond = 250;

/**
 * Seconds after which asking again may show something new: the next check that the schedule holds for
 * anything under way, at least 1.
 * @param speed how much faster than the wall's clock waits run (1 in AWS)
 */
export function retryAfter(
  {
    session,
    tracks,
  }: {
    readonly session: Pick<Session, 'status'> & { readonly create: Pick<Session['create'], 'requestedAt'> };
    readonly tracks: readonly Pick<Track, 'status' | 'submittedAt'>[];
  },
  { schedules }: Settings,
  now: number,
  speed: number,
): number {
  const until = (since: string | undefined, schedule: Schedule) => {
    const elapsed =
      since === undefined ? 0 : Math.max(0, Math.floor(((now - Date.parse(since)) / 1000) * speed));
    return nextWait(schedule, elapsed);
  };
  const waits =
    session.status === 'training'
      ? [until(session.create.requestedAt, schedules.training)]
      : session.status === 'generating'
        ? [until(session.create.requestedAt, schedules.music)]
        : tracks.flatMap((track) =>
            track.status === 'submitted' ? [until(track.submittedAt, schedules.upload)] : [],
          );
  const wait = waits.reduce(
    (least, one) => Math.min(least, one),
    waits.length > 0 ? Number.POSITIVE_INFINITY : 2,
  );
  // Reading thousands of records for one answer is work, too.
  const reading = Math.floor(tracks.length / tracksPerSecond);
  return Math.max(1, Math.ceil(wait / speed), reading);
}

function trackAnswer(track: Track): TrackAnswer {
  const { trackId, file, status, format, durationSeconds, warning, duplicateOf, attempts, clipId, failure } =
    track;
  return {
    trackId,
    file,
    status,
    attempts,
    ...(format === undefined ? {} : { format }),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(warning === undefined ? {} : { warning }),
    ...('url' in track.source ? { unchecked: true as const } : {}),
    ...(duplicateOf === undefined ? {} : { duplicateOf }),
    ...(clipId === undefined ? {} : { clipId }),
    ...(failure === undefined ? {} : { failure: failureAnswer(failure) }),
  };
}

function failureAnswer({ error, reason, permanent }: NonNullable<Session['failure']>) {
  return { error, reason, ...(permanent === undefined ? {} : { permanent }) };
}
