import { randomUUID } from 'node:crypto';
import { type Provider, ProviderError } from '../provider/provider.ts';
import { throttledDelay } from '../shared/backoff.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import { type CallNews, notTakenBy, withCall, withNews } from './journal.ts';
import { type Create, canCall, isInDoubt, isRunning, type Session, type SessionStatus } from './session.ts';
import type { SessionStore } from './session-records.ts';

export interface ChargeOnceDeps {
  readonly store: Pick<SessionStore, 'requireSession' | 'updateSession' | 'changeSession'>;
  readonly now: () => string;
  readonly random: () => number;
}

/** The call, and how its key is read ahead of it. */
export interface ChargedCall extends Pick<Provider, 'readKey'> {
  /** Makes the call, with the key that was read. */
  send(): Promise<{ taskId: string }>;
}

export interface ChargeOnceOptions {
  /** What the provider may refuse to do, for the message. */
  readonly what: string;
  /** Its name in the journal. */
  readonly call: 'create' | 'generate';
  /** What the call is made with, for the record. */
  readonly changes?: Partial<Create>;
  /** The session's status once the call is taken. */
  readonly taken: SessionStatus;
  /** Calls in a row that were not taken before. */
  readonly refusals: number;
}

/** How a call that costs real money ended. */
export type Paid =
  | { readonly end: 'submitted' }
  /** The response was lost. */
  | { readonly end: 'unknown' }
  /** Surely not taken; to be made again after `wait` seconds. */
  | { readonly end: 'not-taken'; readonly wait: number };

/** What a response, or its absence, says of its call. */
type Outcome =
  | { readonly fence: 'submitted'; readonly taskId: string }
  | { readonly fence: 'unknown'; readonly lost: string }
  /** Surely not taken; with the answer, where the call is made again. */
  | { readonly fence: 'none'; readonly notTaken?: string };

/**
 * Makes a call that costs real money, behind a fence in the record.
 *
 * What is slow comes first: the provider's key is read. Then the fence goes to `intent` by a conditional write, so
 * that of two runs one calls; the record is read once more, so that nothing is bought for a run that was stopped
 * meanwhile; and the call is made, once. Nothing here and nothing around it repeats it. A response that proves that it
 * was not taken restores the fence's previous value: what is known of an earlier call stays.
 * @param session as it was read: its fence at `none`, or one more call allowed in this run
 * @throws ChirpsmithError the provider's refusal; `NotPossible` when the run was stopped; any other error leaves the
 *   fence at `intent`, in doubt, unless it is certain that nothing was sent
 */
export async function chargeOnce(
  session: Session,
  call: ChargedCall,
  options: ChargeOnceOptions,
  deps: ChargeOnceDeps,
): Promise<Paid> {
  await call.readKey({ forceFetch: false });
  try {
    return await callOnce(session, call, options, deps);
  } catch (error) {
    // A 401 proves that the call was not taken. Perhaps the key was changed since it was read.
    const refusedKey = error instanceof ChirpsmithError && statusOf(error.cause) === 401;
    if (!refusedKey || !(await call.readKey({ forceFetch: true }).catch(() => false))) throw error;
    const current = await deps.store.requireSession(session.sessionId);
    if (!canCall(current) || !isSameRun(current, session)) throw error;
    return callOnce(current, call, options, deps);
  }
}

const statusOf = (cause: unknown) => (cause instanceof ProviderError ? cause.status : undefined);

async function callOnce(
  session: Session,
  call: ChargedCall,
  options: ChargeOnceOptions,
  deps: ChargeOnceDeps,
): Promise<Paid> {
  const { store, random, now } = deps;
  const { sessionId } = session;
  const callId = await announce(session, options, deps);

  // A concurrent change, such as a cancel, must not discard this write.
  const settle = (outcome: Outcome, news: CallNews) =>
    store.changeSession(sessionId, ({ create, status, runs, journal: before }) => {
      const settled = settledBy(outcome, callId, create, runs);
      if (!settled) return undefined;
      const working = create.callId === callId && outcome.fence === 'submitted' && status === 'creating';
      const journal = withNews(before, { ...news, answeredAt: now() }, callId);
      return { create: settled, journal, ...(working ? { status: options.taken } : {}) };
    });

  let taskId: string;
  try {
    ({ taskId } = await call.send());
  } catch (error) {
    // Any other is a bug, and in doubt.
    if (!(error instanceof ChirpsmithError)) throw error;
    if (!(error instanceof ProviderError)) {
      // One of ours: the call could not be sent at all.
      await settle({ fence: 'none' }, { answer: 'not-sent', words: error.message });
      throw error;
    }
    if (error.taken === 'unknown') {
      await settle({ fence: 'unknown', lost: error.message }, { answer: 'lost', words: error.message });
      return { end: 'unknown' };
    }
    const words = error.reason ?? error.message;
    const isMadeAgain = error.name === 'ProviderThrottled' || error.name === 'ProviderUnreachable';
    const left = await settle(
      { fence: 'none', ...(isMadeAgain ? { notTaken: words } : {}) },
      { answer: notTakenBy(error), words },
    );
    if (isMadeAgain) {
      const { retryAfter } = error;
      const spread = { retryAfter, pace: session.pace, random: random() };
      return { end: 'not-taken', wait: throttledDelay(options.refusals + 1, spread) };
    }
    const doubt = isInDoubt(left)
      ? ' An earlier call may have been paid all the same: it stays in doubt.'
      : '';
    throw new ChirpsmithError(error.name, `The provider refused to ${options.what}: ${words}${doubt}`, {
      cause: error,
    });
  }
  // Not within the try: when this cannot be written, the call was taken all the same, and the intent must stay.
  await settle({ fence: 'submitted', taskId }, { answer: 'taken' });
  return { end: 'submitted' };
}

/**
 * Writes the intent, and checks that it is there and that the run was not stopped.
 * @returns the name of the call that may be made now, and must be made at once
 * @throws ChirpsmithError RecordConflict when another writer came first, NotPossible when the run was stopped
 */
async function announce(session: Session, options: ChargeOnceOptions, deps: ChargeOnceDeps): Promise<string> {
  const { store, now } = deps;
  const { sessionId, create } = session;
  const callId = randomUUID();
  const { fence, earlier, calls, checks, againIn: _used, notTaken: _words, ...known } = create;
  const intent: Create = {
    ...options.changes,
    fence: 'intent',
    callId,
    calls: calls + 1,
    checks,
    earlier: fence === 'none' ? earlier : [...earlier, { fence, ...known }],
    requestedAt: now(),
  };
  const journal = withCall(session.journal, { id: callId, call: options.call, at: now() });
  const withdraw = () =>
    store.changeSession(sessionId, ({ create: current, runs, journal: before }) => {
      const settled = settledBy({ fence: 'none' }, callId, current, runs);
      const journal = withNews(before, { answer: 'not-sent', answeredAt: now() }, callId);
      return settled && { create: settled, journal };
    });

  let trouble: unknown;
  await store
    .updateSession(session, { status: 'creating', create: intent, journal })
    .catch((error: unknown) => {
      // It may have landed all the same: whether it has is in the record.
      trouble = error;
    });
  let current: Session;
  try {
    current = await store.requireSession(sessionId);
  } catch (error) {
    // No call was sent: an intent left behind would ask a person to decide about it.
    await withdraw().catch(() => undefined);
    throw trouble ?? error;
  }
  const isOurs = current.create.callId === callId && current.create.fence === 'intent';
  if (isOurs && isSameRun(current, session)) return callId;
  await withdraw();
  if (trouble !== undefined) throw trouble;
  throw new ChirpsmithError('NotPossible', `Session ${sessionId} is "${current.status}": nothing is bought.`);
}

/** Is it under way in the run in which it was seen? */
const isSameRun = (current: Session, seen: Session) => isRunning(current) && current.runs === seen.runs;

/**
 * The state of the calls after the response to one of them.
 * @param callId the call that the outcome is of
 * @param run whose permission for one more call stays valid, when that call was not taken
 * @returns undefined when nothing changes
 */
export function settledBy(outcome: Outcome, callId: string, create: Create, run: number): Create | undefined {
  const { calls, checks, earlier, ...latest } = create;
  if (latest.callId === callId) {
    if (latest.fence !== 'intent') return undefined;
    if (outcome.fence !== 'none') return { ...create, ...outcome, againIn: undefined };
    const before = earlier.at(-1);
    const { notTaken } = outcome;
    const words = notTaken === undefined ? {} : { notTaken };
    if (!before) return { fence: 'none', calls, checks, earlier: [], ...words };
    return { ...before, calls, checks, earlier: earlier.slice(0, -1), againIn: run, ...words };
  }
  // A late response, after a person has allowed another call.
  if (!earlier.some((it) => it.callId === callId && it.fence === 'intent')) return undefined;
  const settled = earlier.flatMap((it) => {
    if (it.callId !== callId) return [it];
    return outcome.fence === 'none' ? [] : [{ ...it, ...outcome }];
  });
  return { ...create, earlier: settled };
}
