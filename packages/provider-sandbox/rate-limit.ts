import type { LedgerEntry } from './ledger.ts';
import type { SandboxSettings } from './settings.ts';

/**
 * Seconds after which a call refused now may be made again; `undefined` when it is not refused. Of the documented
 * calls no span of `seconds` holds more than `calls`, wherever it begins: the strictest reading of such a
 * limit. Refused calls do not count.
 * @param entries the ledger, oldest first
 * @param now milliseconds of provider time
 */
export function refusedByRate(
  entries: readonly LedgerEntry[],
  now: number,
  { calls, seconds, retryAfter }: SandboxSettings['rateLimit'],
): number | undefined {
  if (calls === 0) return undefined;
  const span = seconds * 1000;
  let counted = 0;
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index];
    if (!entry || entry.at <= now - span) break;
    const counts = entry.retryAfter === undefined && entry.call !== 'credits' && entry.call !== 'other';
    if (counts) counted++;
    if (counted === calls) return Math.max(retryAfter, Math.ceil((entry.at + span - now) / 1000));
  }
  return undefined;
}
