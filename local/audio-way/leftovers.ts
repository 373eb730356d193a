import type { SessionStatus, Track } from '../../functions/domain/session.ts';
import type { AudioWay } from './audio-way.ts';

/**
 * Statuses after which nothing more of a session is handed to the provider, unless a person resumes it: then its audio is
 * copied again. One that was interrupted keeps what was copied, for it goes on soon.
 */
const done: ReadonlySet<unknown> = new Set<SessionStatus>([
  'ready',
  'failed',
  'cancelled',
  'needs-decision',
  'abandoned',
  'deleting',
]);

export const isDone = (status: unknown): boolean => done.has(status);

/** A session as it is stored, as far as it says who still fetches its audio. */
export interface StoredSession {
  readonly status: string;
  /** When it got this status. */
  readonly statusSince?: string | undefined;
  readonly tracks: readonly StoredTrack[];
}

export type StoredTrack = {
  readonly [Field in 'submittedAt' | 'attemptsInDoubt']?: Track[Field];
} & { readonly status: string; readonly error?: string | undefined };

/** Milliseconds after the end of a session in which a call that was under way may still have made a link. */
const lateMs = 60_000;

/**
 * Until when the provider may fetch audio of a session: for as long as it is not done, and then as long as the last link
 * holds that was given for a task of which nobody knows that it ended. Of one that is deleted nothing is kept.
 * @returns milliseconds since the epoch; infinite while it is not done
 */
export function neededUntil(session: StoredSession | undefined, linkMinutes: number): number {
  if (session === undefined || session.status === 'deleting') return Number.NEGATIVE_INFINITY;
  if (!isDone(session.status)) return Number.POSITIVE_INFINITY;
  const ended = Date.parse(session.statusSince ?? '') + lateMs;
  const lastLinks = session.tracks.flatMap(({ status, submittedAt, attemptsInDoubt = 0, error }) => {
    const isLost = status === 'submitting' || attemptsInDoubt > 0;
    const mayGoOn = isLost || status === 'submitted' || error === 'DeadlineExceeded';
    if (!mayGoOn) return [];
    const submitted = Date.parse(submittedAt ?? '');
    return [isLost || Number.isNaN(submitted) ? ended : submitted];
  });
  return Math.max(Number.NEGATIVE_INFINITY, ...lastLinks) + linkMinutes * 60_000;
}

/** Until when copies are kept, in milliseconds since the epoch; infinite while their session is not done. */
export interface KeptCopies {
  readonly until: number;
}

/**
 * Removes copies of audio when nothing at the provider may fetch them any more: the one place that decides it. What is
 * kept is removed at its time while the stack runs, else when the next one starts.
 * @param stored undefined for a session that is not there any more
 */
export function createRemoval({
  way,
  stored,
  linkMinutes,
  now = () => Date.now(),
  later = (work, ms) => setTimeout(work, ms).unref(),
  keptUntil = () => {},
  onError,
}: {
  readonly way: Pick<AudioWay, 'sessions' | 'remove'>;
  readonly stored: (sessionId: string) => Promise<StoredSession | undefined>;
  readonly linkMinutes: number;
  readonly now?: () => number;
  /** Does a work after so many milliseconds, if this process lives then. */
  readonly later?: (work: () => void, ms: number) => NodeJS.Timeout | undefined;
  /** Called with the time until which copies are kept, in milliseconds since the epoch, where their session is done. */
  readonly keptUntil?: (sessionId: string, until: number) => void;
  readonly onError: (error: unknown) => void;
}) {
  const timers = new Map<string, NodeJS.Timeout | undefined>();

  /** @throws what the way throws */
  async function remove(sessionId: string): Promise<KeptCopies | undefined> {
    clearTimeout(timers.get(sessionId));
    timers.delete(sessionId);
    const until = neededUntil(await stored(sessionId), linkMinutes);
    if (until <= now()) {
      await way.remove(sessionId);
      return undefined;
    }
    if (Number.isFinite(until)) {
      keptUntil(sessionId, until);
      timers.set(
        sessionId,
        later(() => void remove(sessionId).catch(onError), until - now()),
      );
    }
    return { until };
  }
  return {
    remove,
    /** Removes what an earlier stack has left. */
    async removeLeftovers(): Promise<void> {
      for (const sessionId of (await way.sessions?.()) ?? []) await remove(sessionId);
    },
    close(): void {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
