import type { LedgerEntry } from './ledger.ts';
import type { SandboxSettings } from './settings.ts';

const second = 1000;

/**
 * Seconds after which a call refused now may be made again; `undefined` when it is not refused. Of the documented
 * calls no second holds more than `perSecond`, wherever the second begins: the strictest reading of such a
 * limit. Refused calls do not count.
 * @param entries the ledger, oldest first
 * @param now milliseconds of provider time
 */
export function refusedByRate(
  entries: readonly LedgerEntry[],
  now: number,
  { perSecond, retryAfter }: SandboxSettings['rateLimit'],
): number | undefined {
  if (perSecond === 0) return undefined;
  let counted = 0;
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index];
    if (!entry || entry.at <= now - second) break;
    const counts = entry.retryAfter === undefined && entry.call !== 'credits' && entry.call !== 'other';
    if (counts) counted++;
    if (counted === perSecond) return Math.max(retryAfter, Math.ceil((entry.at + second - now) / second));
  }
  return undefined;
}
