import { isOnThisMachine } from '../../local/index.ts';
import { type Finding, failed, fine, warning } from './finding.ts';

/** What servers said about the time, beside the answers that were wanted from them. */
export interface SeenDates {
  readonly fetch: typeof fetch;
  /** How far this machine's clock is ahead of a server's, in milliseconds, and whose; the smallest that was seen. */
  ahead(): { readonly by: number; readonly host: string } | undefined;
}

/**
 * A fetch that notes the Date header of each answer from another machine.
 * @param tunnel URL behind which this machine itself answers, with its own time
 */
export function watchDates(inner: typeof fetch, now: () => number, tunnel?: string): SeenDates {
  const own = URL.parse(tunnel ?? '')?.host;
  const seen: { by: number; host: string }[] = [];
  return {
    async fetch(input, init) {
      const before = now();
      const response = await inner(input, init);
      const after = now();
      const url = URL.parse(input instanceof Request ? input.url : String(input));
      const date = Date.parse(response.headers.get('date') ?? '');
      const isOther = url && url.host !== own && !isOnThisMachine(url.href);
      if (isOther && !Number.isNaN(date)) seen.push({ by: offBy(date, before, after), host: url.host });
      return response;
    },
    ahead: () => seen.toSorted((a, b) => Math.abs(a.by) - Math.abs(b.by))[0],
  };
}

/** The header holds whole seconds, and was written at any moment of the request. */
function offBy(date: number, before: number, after: number): number {
  if (after < date) return after - date;
  return before > date + 1000 ? before - (date + 1000) : 0;
}

/** Signed requests are refused beyond it (AWS: 15 minutes). */
const refusedBeyond = 15 * 60_000;
/** Tokens and signed links lose that much of their time. */
const noticedBeyond = 60_000;

export function clock({ ahead }: Pick<SeenDates, 'ahead'>, platform: NodeJS.Platform): Finding {
  const found = ahead();
  if (!found) return fine('Not compared: no other machine was asked.');
  const { by, host } = found;
  const off = Math.abs(by);
  if (off <= noticedBeyond) return fine(`It agrees with ${host}.`);
  const minutes = off < 120_000 ? `${Math.round(off / 1000)} s` : `${Math.round(off / 60_000)} minutes`;
  const seen = `It is ${minutes} ${by > 0 ? 'ahead of' : 'behind'} ${host}.`;
  const next = { words: 'To set it:', command: howToSet[platform] ?? 'sudo timedatectl set-ntp true' };
  if (off <= refusedBeyond) return warning(seen, next);
  return failed(`${seen} Signed links and requests are refused.`, next);
}

const howToSet: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'sudo sntp -sS time.apple.com',
  win32: 'w32tm /resync',
};
