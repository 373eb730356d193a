import { isAtProvider } from '../domain/at-provider.ts';
import { creditsOf } from '../domain/credits.ts';
import {
  canCancel,
  canDecide,
  isOverdue,
  isPartial,
  type Music,
  type Session,
  type Track,
  unfinishedWork,
} from '../domain/session.ts';
import type { SessionWithTracks } from '../domain/session-records.ts';
import { warningsOf } from '../domain/session-warnings.ts';
import { addToTally, noTracks, type TrackTally } from '../domain/track-tally.ts';
import { nextWait, type Schedule, withChecks } from '../shared/schedule.ts';
import type { Settings } from '../shared/settings.ts';
import {
  type SessionAnswer,
  type SessionListAnswer,
  type SessionPageAnswer,
  tracksPerAnswer,
  tracksPerSecond,
} from './contract/session.ts';
import type { TrackAnswer } from './contract/track.ts';

/** A session with one page of its tracks. */
export interface SessionPage {
  readonly session: Session;
  readonly tracks: readonly Track[];
  /** Others follow. */
  readonly more: boolean;
  /** Clips of tracks with the same bytes as one on this page. */
  readonly originals: ReadonlyMap<string, string | undefined>;
}

/** The first page of a session that was read whole, and what is counted of all its tracks. */
export function firstPage({ session, tracks }: SessionWithTracks): { page: SessionPage; tally: TrackTally } {
  const originals = new Map(tracks.map(({ trackId, clipId }) => [trackId, clipId]));
  const shown = tracks.slice(0, tracksPerAnswer);
  const page = { session, tracks: shown, more: shown.length < tracks.length, originals };
  return { page, tally: addToTally(noTracks, tracks) };
}

/**
 * A session that was read whole, as its owner sees it.
 * @param interrupted its execution is gone while work was under way
 */
export function sessionAnswer(
  found: SessionWithTracks,
  settings: Settings,
  interrupted: boolean,
): SessionAnswer {
  const { page, tally } = firstPage(found);
  return withSums(page, tally, settings, interrupted);
}

/** The first page of a session, with what is counted of all its tracks. */
export function withSums(
  page: SessionPage,
  tally: TrackTally,
  settings: Settings,
  interrupted: boolean,
): SessionAnswer {
  const { session } = page;
  const warnings = warningsOf(session, settings);
  return {
    ...pageAnswer(page, interrupted),
    ...(warnings.length === 0 ? {} : { warnings }),
    ...creditsOf(session, tally, settings.prices),
    providerCalls: session.prepareCalls + session.create.calls + session.create.checks + tally.calls,
  };
}

/** A page of a session, without what is counted of all its tracks. */
export function pageAnswer(
  { session, tracks, more, originals }: SessionPage,
  interrupted: boolean,
): SessionPageAnswer {
  // A batch is asked for each file's clip: one with the same bytes as another has that one's.
  const clipOf = ({ clipId, duplicateOf }: Track) =>
    clipId ?? (session.kind === 'batch' ? originals.get(duplicateOf ?? '') : undefined);
  return {
    ...summary(session),
    ...(interrupted ? { status: 'interrupted' as const } : {}),
    actions: actionsFor(interrupted ? { ...session, status: 'interrupted' } : session),
    ...(session.rights === undefined ? {} : { rights: session.rights }),
    decisions: session.decisions.map(({ choice, by, at }) => ({ choice, by, at })),
    ...(session.earlierFailures === undefined ? {} : { earlierFailures: session.earlierFailures }),
    ...(session.checkTimes === undefined ? {} : { checkTimes: session.checkTimes }),
    ...(session.batch === undefined ? {} : { batch: session.batch }),
    tracks: tracks.map((track) => trackAnswer({ ...track, clipId: clipOf(track) })),
    ...(more ? { nextTracks: tracks.at(-1)?.trackId } : {}),
  };
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
    ...(session.provider === undefined || isAtProvider(session) ? {} : { movable: true as const }),
    ...(session.executionArn === undefined ? {} : { executionArn: session.executionArn }),
    ...(session.modelId === undefined ? {} : { modelId: session.modelId }),
    ...(unfinished === undefined ? {} : { unfinished }),
    ...(session.missing === undefined ? {} : { missing: session.missing }),
    ...(session.music === undefined ? {} : { music: musicAnswer(session.music) }),
    ...(session.failure === undefined ? {} : { failure: failureAnswer(session.failure) }),
  };
}

/** Without the keys of objects in the bucket, which are ours. */
const musicAnswer = ({ clips, ...music }: Music): SessionAnswer['music'] => ({
  ...music,
  clips: clips.map(({ key, ...clip }) => ({ ...clip, hasAudio: key !== undefined })),
});

/** What a person can do with a session in this state. */
function actionsFor(session: Session): SessionAnswer['actions'] {
  const going: SessionAnswer['actions'] =
    session.status === 'open'
      ? ['start']
      : session.status === 'review'
        ? ['approve']
        : canDecide(session)
          ? [...(isOverdue(session) ? (['resume'] as const) : []), 'decide']
          : ['failed', 'cancelled', 'interrupted'].includes(session.status) || isPartial(session)
            ? ['resume']
            : [];
  return canCancel(session) ? [...going, 'cancel'] : going;
}

/**
 * Seconds after which asking again may show something new: the next check that the schedule holds for
 * anything under way, at least 1.
 * @param speed how much faster than the wall's clock waits run (1 in AWS)
 */
export function retryAfter(
  session: Pick<Session, 'status' | 'checkTimes'> & {
    readonly create: Pick<Session['create'], 'requestedAt'>;
  },
  tally: Pick<TrackTally, 'tracks' | 'submitted'>,
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
      ? [until(session.create.requestedAt, withChecks(schedules.training, session.checkTimes?.training))]
      : session.status === 'generating'
        ? [until(session.create.requestedAt, schedules.music)]
        : tally.submitted.map((submittedAt) =>
            until(submittedAt, withChecks(schedules.upload, session.checkTimes?.upload)),
          );
  const wait = waits.reduce(
    (least, one) => Math.min(least, one),
    waits.length > 0 ? Number.POSITIVE_INFINITY : 2,
  );
  // Reading thousands of records for one answer is work, too.
  const reading = Math.floor(tally.tracks / tracksPerSecond);
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
