import type { ErrorName } from '../shared/errors.ts';
import type { Failure, Track } from './session.ts';

/** The changes that end a track as failed. `reason` is the provider's own words wherever there are some. */
export function trackFailed(
  error: ErrorName,
  reason: string,
  at: string,
  options: { permanent?: boolean; calls?: number } = {},
): Partial<Track> {
  const failure: Failure = { error, reason, at, ...(options.permanent ? { permanent: true } : {}) };
  return {
    status: 'failed',
    failure,
    finishedAt: at,
    ...(options.calls === undefined ? {} : { calls: options.calls }),
  };
}
