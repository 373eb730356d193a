import type { Settings } from '../shared/settings.ts';
import type { SessionKind } from '../shared/state-contracts.ts';
import type { Session, Track } from './session.ts';

/** The record of a session that no run has processed yet. */
export function newSession(
  given: Pick<Session, 'sessionId' | 'owner' | 'startedBy' | 'name' | 'skipInvalid'> & Partial<Session>,
  settings: Settings,
  now: string,
): Session {
  return {
    kind: 'train',
    review: false,
    status: 'open',
    version: 0,
    createdAt: now,
    updatedAt: now,
    expiresAt: Math.floor(Date.parse(now) / 1000) + settings.retentionDays * 24 * 60 * 60,
    runs: 0,
    pace: 1,
    prepareCalls: 0,
    decisions: [],
    create: { fence: 'none', calls: 0, earlier: [], checks: 0 },
    ...given,
  };
}

/** The record of a track that was not inspected yet. */
export function newTrack(
  given: Pick<Track, 'sessionId' | 'trackId' | 'file' | 'source'> & Partial<Track>,
  settings: Settings,
): Track {
  return {
    status: 'declared',
    version: 0,
    run: 1,
    attempts: 0,
    attemptsBefore: 0,
    attemptsAllowed: settings.limits.uploadAttempts,
    lostAnswers: 0,
    calls: 0,
    ...given,
  };
}

/** `001` for the first track, `00001` in a batch: sorts as text in the order of declaration. */
export const trackIdAt = (index: number, kind: SessionKind = 'train') =>
  String(index + 1).padStart(kind === 'batch' ? 5 : 3, '0');
