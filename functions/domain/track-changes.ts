import type { ErrorName } from '../shared/errors.ts';
import type { Failure, Track } from './session.ts';

/**
 * Adds advice to a reason that concerns the URL and not the file: S3 answers 403 to a HEAD request on a signed
 * GET URL.
 */
function explained(reason: string): string {
  const isRefused = /\b403\b|\bforbidden\b/i.test(reason) && /audio|url|fetch|download|reach/i.test(reason);
  if (!isRefused && !/\bHEAD\b/.test(reason)) return reason;
  return (
    `${reason} (A signed URL of S3 answers GET only, and HEAD with 403. If this provider asks with HEAD first, another ` +
    'file does not help: start from the console with https:// URLs of a server that answers HEAD.)'
  );
}

/**
 * The changes that end a track as failed. `reason` is the provider's own message, where there is one; an
 * explanation follows it where needed.
 */
export function trackFailed(
  error: ErrorName,
  reason: string,
  at: string,
  options: { permanent?: boolean; calls?: number } = {},
): Partial<Track> {
  const failure: Failure = {
    error,
    reason: error === 'ProviderAuth' ? reason : explained(reason),
    at,
    ...(options.permanent ? { permanent: true } : {}),
  };
  return {
    status: 'failed',
    failure,
    finishedAt: at,
    ...(options.calls === undefined ? {} : { calls: options.calls }),
  };
}
