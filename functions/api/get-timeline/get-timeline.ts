import { creditsOf } from '../../domain/credits.ts';
import { usualRange } from '../../domain/durations.ts';
import type { Journal, JournalCall } from '../../domain/journal.ts';
import { isRunning, type Session, type Track } from '../../domain/session.ts';
import { addToTally, noTracks, sumOf } from '../../domain/track-tally.ts';
import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import { type LearnedKind, nextWait, withChecks } from '../../shared/schedule.ts';
import type { Settings } from '../../shared/settings.ts';
import { chargeState, type ListedCall } from '../../shared/timeline-words.ts';
import { tracksPerAnswer } from '../contract/session.ts';
import type { TimelineAnswer } from '../contract/timeline.ts';
import { retryAfter } from '../session-response.ts';
import type { route } from './route.ts';

export type GetTimelineDeps = Deps<typeof route>;

/**
 * `GET /sessions/{id}/timeline`: the session and its first tracks by one query, as they are drawn. `retryAfter` in
 * seconds, while something is under way. The status is the record's: whether a run was cut off is reported by
 * `GET /sessions/{id}`.
 * @param after only tracks after this one
 * @throws ChirpsmithError SessionNotFound
 */
export async function getTimeline(
  sessionId: string,
  subject: string,
  deps: GetTimelineDeps,
  after?: string,
): Promise<{ answer: TimelineAnswer; retryAfter?: number }> {
  const { store, settings, now, speed } = deps;
  const found = await store.readWithTracks(sessionId, { after, limit: tracksPerAnswer });
  if (found?.session.owner !== subject) {
    throw new ChirpsmithError('SessionNotFound', `There is no session ${sessionId} of yours.`);
  }
  const { session, tracks, more } = found;
  const onPage = addToTally(noTracks, tracks);
  const about = { session, settings, now: now(), speed };
  const last = tracks.at(-1)?.trackId;
  const page = {
    session: shown(session),
    now: since(session)(new Date(about.now).toISOString()),
    turns: (session.journal?.turns ?? []).map((turn) => ({ ...turn, at: since(session)(turn.at) })),
    notes: notesOf(session),
    rows: tracks.map((track) => rowOf(track, about)),
    ...(more && last !== undefined ? { nextRows: last } : {}),
  };
  if (after !== undefined) return { answer: { ...page, work: [] } };

  const others = more ? await store.tallyTracks(sessionId, last) : noTracks;
  const tally = sumOf(onPage, others);
  const { creditsTaken, creditsToCome } = creditsOf(session, tally, settings.prices);
  const { journal, create } = session;
  const answer = {
    ...page,
    money: { ...creditsTaken, toCome: creditsToCome },
    // The submissions are counted among the calls of the tracks.
    checks: Math.max(0, create.checks + tally.calls - tally.attempts),
    work: callsOf(journal, about),
    ...(journal?.dropped && { dropped: journal.dropped }),
    ...(journal?.balances && {
      balances: journal.balances.map(({ at, credits }) => ({ at: since(session)(at), credits })),
    }),
  };
  // What is asked for again and again stays one query.
  if (!isRunning(session)) return { answer: { ...answer, usual: await usualOf(session, deps) } };
  return { answer, retryAfter: retryAfter(session, tally, settings, about.now, speed) };
}

async function usualOf(
  { provider }: Session,
  { store, now, speed }: GetTimelineDeps,
): Promise<TimelineAnswer['usual']> {
  const days = await store.recentDurations(provider, new Date(now()).toISOString());
  const rangeOf = (kind: LearnedKind) => {
    const range = usualRange(days[kind]);
    if (range === undefined) return {};
    return { [kind]: { ...range, from: tenths(range.from / speed), to: tenths(range.to / speed) } };
  };
  return { ...rangeOf('upload'), ...rangeOf('training') };
}

interface About {
  readonly session: Session;
  readonly settings: Settings;
  /** Milliseconds. */
  readonly now: number;
  readonly speed: number;
}

const shown = ({ sessionId, kind, name, status, startedBy, owner, createdAt }: Session) => ({
  sessionId,
  kind,
  name,
  status,
  startedBy,
  owner,
  createdAt,
});

const tenths = (seconds: number) => Math.round(seconds * 10) / 10;

/** Seconds from the session's creation to an ISO moment. */
const since = ({ createdAt }: Session) => {
  const began = Date.parse(createdAt);
  return (moment: string) => tenths(Math.max(0, Date.parse(moment) - began) / 1000);
};

const priceOf = ({ prices }: Settings): Readonly<Record<ListedCall, number>> => ({ prepare: 0, ...prices });

function callsOf(journal: Journal | undefined, about: About): TimelineAnswer['work'] {
  return (journal?.calls ?? []).map((call) => callOf(call, about));
}

function callOf(
  { call, at, answer, answeredAt, words, checks, provider, end }: JournalCall,
  { session, settings, speed }: About,
): TimelineAnswer['work'][number] {
  const moment = since(session);
  const begun = moment(at);
  const until = answeredAt === undefined ? undefined : moment(answeredAt);
  const ended = end && { ...end, at: moment(end.at) };
  // Its clock may be another one than ours: only the time between two of its moments is used.
  const took = provider && (Date.parse(provider.finishAt) - Date.parse(provider.createdAt)) / 1000 / speed;
  const providerDoneAt =
    took === undefined
      ? undefined
      : tenths(Math.min((until ?? begun) + took, ended?.at ?? Number.POSITIVE_INFINITY));
  return {
    call,
    at: begun,
    ...(until === undefined ? {} : { until }),
    answer,
    charge: chargeState(call, answer),
    credits: priceOf(settings)[call],
    ...(words === undefined ? {} : { words }),
    ...(checks === undefined
      ? {}
      : { checks: checks.map((check) => tenths((call === 'upload' ? (until ?? begun) : begun) + check)) }),
    ...(provider === undefined ? {} : { provider }),
    ...(providerDoneAt === undefined ? {} : { providerDoneAt }),
    ...(ended === undefined ? {} : { end: ended }),
  };
}

function rowOf(track: Track, about: About): TimelineAnswer['rows'][number] {
  const { trackId, file, status, duplicateOf, journal, failure } = track;
  const next = nextCheck(track, about);
  return {
    trackId,
    file,
    status,
    ...(duplicateOf === undefined ? {} : { duplicateOf }),
    calls: callsOf(journal, about),
    ...(next === undefined ? {} : { next }),
    ...(failure === undefined || status === 'done'
      ? {}
      : {
          failure: {
            error: failure.error,
            reason: failure.reason,
            ...(failure.permanent && { permanent: true }),
          },
        }),
  };
}

/** By the schedule: checks are written down when a task has ended. */
function nextCheck(
  { status, submittedAt }: Track,
  { session, settings: { schedules }, now, speed }: About,
): number | undefined {
  if (status !== 'submitted' || submittedAt === undefined || !isRunning(session)) return undefined;
  const elapsed = Math.max(0, Math.floor(((now - Date.parse(submittedAt)) / 1000) * speed));
  const wait = nextWait(withChecks(schedules.upload, session.checkTimes?.upload), elapsed);
  return tenths(since(session)(submittedAt) + (elapsed + wait) / speed);
}

/** What the record says beside its journal. */
function notesOf(session: Session): TimelineAnswer['notes'] {
  const { approval, decisions, failure, earlierFailures = [] } = session;
  const moment = since(session);
  return [
    ...(approval === undefined
      ? []
      : [{ at: moment(approval.at), what: 'approved' as const, by: approval.by }]),
    ...decisions.map(({ choice, by, at }) => ({ at: moment(at), what: 'decided' as const, by, choice })),
    ...[...earlierFailures, ...(failure ? [failure] : [])].map(({ error, reason, at, permanent }) => ({
      at: moment(at),
      what: 'failed' as const,
      failure: { error, reason, ...(permanent && { permanent }) },
    })),
  ].sort((one, other) => one.at - other.at);
}
