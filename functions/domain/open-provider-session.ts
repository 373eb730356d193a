import { ProviderError } from '../provider/provider.ts';
import { throttledDelay } from '../shared/backoff.ts';
import type { Settings } from '../shared/settings.ts';
import { notTakenBy, withNews } from './journal.ts';
import { isTerminated, type Session } from './session.ts';
import type { SessionStore } from './session-records.ts';
import { throttleSession } from './throttle-session.ts';

/**
 * Opens the provider's session, and writes its id down.
 * @param open the call, its name in the journal, and the calls in a row that were throttled before
 * @returns the position of the loop, when the provider throttled the call and it may be made again
 * @throws ProviderError; ChirpsmithError ProviderContradiction when the id that it gives is another session's
 */
export async function openProviderSession(
  session: Session,
  {
    open,
    refusals: before,
    journalId,
  }: { open: () => Promise<{ sessionId: string }>; refusals: number; journalId?: string },
  {
    store,
    settings,
    now,
    random,
  }: {
    readonly store: Pick<SessionStore, 'claimId' | 'changeSession'>;
    readonly settings: Settings;
    readonly now: () => string;
    readonly random: () => number;
  },
): Promise<{ wait: number; refusals: number } | undefined> {
  const { sessionId } = session;
  try {
    const { sessionId: providerSessionId } = await open();
    await store.claimId(session, 'session', providerSessionId);
    // A concurrent change, such as a cancel, must not discard this write: a resume goes on with it.
    await store.changeSession(sessionId, (current) => {
      if (current.providerSessionId !== undefined || isTerminated(current)) return undefined;
      const journal = withNews(current.journal, { answer: 'taken', answeredAt: now() }, journalId);
      return {
        providerSessionId,
        journal,
        ...(current.status === 'preparing' ? { status: 'uploading' } : {}),
      };
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const answer = error.taken === 'unknown' ? 'lost' : notTakenBy(error);
    const news = { answer, words: error.reason ?? error.message, answeredAt: now() } as const;
    const tell = ({ journal }: Session) => ({ journal: withNews(journal, news, journalId) });
    // What the provider said comes first: that it could not be noted must not hide it.
    await store.changeSession(sessionId, tell).catch(() => undefined);
    if (error.name !== 'ProviderThrottled') throw error;
    const refusals = before + 1;
    if (refusals >= settings.limits.prepareCalls) throw error;
    const pace = await throttleSession(store, sessionId, session.pace);
    const wait = throttledDelay(refusals, { retryAfter: error.retryAfter, pace, random: random() });
    return { wait, refusals };
  }
}
