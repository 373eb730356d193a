import { ProviderError } from '../provider/provider.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import { turnedAwayWait } from '../shared/pace.ts';
import type { Session, SessionStatus } from './session.ts';
import type { SessionStore } from './session-store.ts';

export interface PayOnceDeps {
  readonly store: SessionStore;
  readonly now: () => string;
  readonly random: () => number;
}

/** How a call that costs real money ended. */
export type Paid =
  | { readonly end: 'submitted' }
  /** The answer was lost. */
  | { readonly end: 'unknown' }
  /** Surely not taken; to be made again after `wait` seconds. */
  | { readonly end: 'turned-away'; readonly wait: number };

/**
 * Makes a call that costs real money, behind a fence in the record.
 *
 * The fence goes `none` → `intent` by a conditional write before the call, so that of two runs one calls. Nothing
 * here and nothing around it repeats the call; an answer that proves that it was not taken puts the fence back.
 * @param session as it was read, its fence at `none`
 * @param options.changes what the call was made with, for the record
 * @param options.taken the session's status once the call is taken
 * @param options.refusals how often in a row it has been turned away before
 * @throws ChirpsmithError the provider's refusal; any other error leaves the fence at `intent`, in doubt
 */
export async function payOnce(
  session: Session,
  call: () => Promise<{ taskId: string }>,
  options: {
    readonly what: string;
    readonly changes?: Partial<Session['create']>;
    readonly taken: SessionStatus;
    readonly refusals: number;
  },
  { store, now, random }: PayOnceDeps,
): Promise<Paid> {
  const { sessionId } = session;
  const { lost: _before, ...create } = session.create;
  const { calls } = (
    await store.updateSession(session, {
      status: 'creating',
      create: {
        ...create,
        ...options.changes,
        fence: 'intent',
        calls: create.calls + 1,
        requestedAt: now(),
      },
    })
  ).create;

  // How the call ended must not be lost to somebody who changed the record meanwhile, to cancel the run, say.
  const outcome = (ended: Pick<Session['create'], 'fence' | 'taskId' | 'lost'>) =>
    store.changeSession(sessionId, ({ create: now, status }) => {
      if (now.fence !== 'intent' || now.calls !== calls) return undefined;
      const working = ended.fence === 'submitted' && status === 'creating';
      return { create: { ...now, ...ended }, ...(working ? { status: options.taken } : {}) };
    });

  let taskId: string;
  try {
    ({ taskId } = await call());
  } catch (error) {
    if (!(error instanceof ProviderError)) {
      // One of ours: the provider's key could not be read, so nothing was sent. Any other is a bug, and in doubt.
      const notSent = error instanceof ChirpsmithError;
      if (notSent) await outcome({ fence: 'none' });
      throw error;
    }
    if (error.taken === 'unknown') {
      await outcome({ fence: 'unknown', lost: error.message });
      return { end: 'unknown' };
    }
    await outcome({ fence: 'none' });
    if (error.name === 'ProviderThrottled' || error.name === 'ProviderUnreachable') {
      const { retryAfter } = error;
      const spread = { retryAfter, pace: session.pace, random: random() };
      return { end: 'turned-away', wait: turnedAwayWait(options.refusals + 1, spread) };
    }
    const words = error.reason ?? error.message;
    throw new ChirpsmithError(error.name, `The provider refused to ${options.what}: ${words}`, {
      cause: error,
    });
  }
  // Not within the try: when this cannot be written, the call was taken all the same, and the intent must stay.
  await outcome({ fence: 'submitted', taskId });
  return { end: 'submitted' };
}
