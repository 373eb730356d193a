import type { SessionAnswer } from '../functions/api/contract/session.ts';
import type { TrackAnswer } from '../functions/api/contract/track.ts';
import { runningStatuses } from '../functions/domain/session.ts';
import type { CliEvent, TrackResult } from './events.ts';

/** What happened between two looks at a session, in the order of the tracks; without the end of the session. */
export function sessionChanges(before: SessionAnswer | undefined, after: SessionAnswer): CliEvent[] {
  const { sessionId } = after;
  const events: CliEvent[] = [];
  const stage = runningStatuses.find((one) => one === after.status);
  const stageChanged = stage !== undefined && before?.status !== stage;
  // The tracks' ends come before the stage that follows them.
  if (stageChanged && (stage === 'preparing' || stage === 'uploading')) {
    events.push({ event: `session.${stage}`, sessionId });
  }
  const known = new Map(before?.tracks.map((track) => [track.trackId, track]));
  for (const track of after.tracks) {
    events.push(...trackChanges(sessionId, known.get(track.trackId), track));
  }
  if (stageChanged && stage !== 'preparing' && stage !== 'uploading') {
    events.push({ event: `session.${stage}`, sessionId });
  }
  return events;
}

function trackChanges(sessionId: string, old: TrackAnswer | undefined, track: TrackAnswer): CliEvent[] {
  if (old?.status === track.status && old.attempts === track.attempts) return [];
  const about = { sessionId, trackId: track.trackId, file: track.file };
  switch (track.status) {
    case 'submitted':
      return [
        {
          event: 'track.submitted',
          ...about,
          attempt: track.attempts,
          // Kept from the attempt before: the provider's own words.
          ...(track.failure === undefined ? {} : { reason: track.failure.reason }),
        },
      ];
    case 'done':
      return [
        { event: 'track.done', ...about, ...(track.clipId === undefined ? {} : { clipId: track.clipId }) },
      ];
    case 'failed':
    case 'rejected':
      return [
        { event: `track.${track.status}`, ...about, reason: track.failure?.reason ?? 'no reason was given' },
      ];
    default:
      return [];
  }
}

/** The tracks as the last line tells them. */
export function trackResults(session: SessionAnswer): TrackResult[] {
  return session.tracks.map(({ trackId, file, status, clipId, duplicateOf, failure }) => ({
    trackId,
    file,
    status,
    ...(clipId === undefined ? {} : { clipId }),
    ...(duplicateOf === undefined ? {} : { duplicateOf }),
    ...(failure === undefined ? {} : { failure }),
  }));
}
