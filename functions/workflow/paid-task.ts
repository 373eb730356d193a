import { withNews } from '../domain/journal.ts';
import { canCall, type Session } from '../domain/session.ts';
import type { SessionStore } from '../domain/session-records.ts';
import type { TaskStatus } from '../provider/provider.ts';
import { ChirpsmithError, type ErrorName } from '../shared/errors.ts';
import { inProviderSeconds } from '../shared/schedule.ts';
import type { Settings } from '../shared/settings.ts';
import type { TrainingState } from '../shared/state-contracts.ts';
import { readMachineError } from '../shared/step-functions-error.ts';

/**
 * Is the paid call to be made again? Only when the provider surely did not take the last one.
 * @param call.what what the call is to do, as a verb
 * @param call.deadline seconds waited, after which it is not made again
 * @throws ChirpsmithError DeadlineExceeded; after too many refusals the last error, or ProviderThrottled
 */
export function isCallDue(
  session: Session,
  { refusals, lost }: Pick<TrainingState, 'refusals' | 'lost'>,
  { what, total, deadline }: { readonly what: string; readonly total: number; readonly deadline: number },
  settings: Settings,
): boolean {
  if (!canCall(session)) return false;
  if (refusals < settings.limits.createCalls) {
    if (total < deadline) return true;
    const within = inProviderSeconds(total, settings);
    throw new ChirpsmithError(
      'DeadlineExceeded',
      `The provider did not take the call to ${what} within ${within}.`,
    );
  }
  const { notTaken } = session.create;
  const last = notTaken === undefined ? '' : `, the last with the answer: ${notTaken}`;
  const { name, reason }: { name: ErrorName; reason: string } = lost
    ? readMachineError(lost)
    : { name: 'ProviderThrottled', reason: `${refusals} calls ended before the provider took them${last}` };
  const nothing = session.create.fence === 'none' ? 'nothing was paid' : 'nothing was paid for this call';
  throw new ChirpsmithError(name, `The call to ${what} could not be made, and ${nothing}: ${reason}`);
}

/** Throws what an earlier check found, when the paid task has failed. */
export function throwEarlierFailure(
  { create, failure }: Session,
  unknown: { error: ErrorName; reason: string },
) {
  if (create.fence !== 'failed') return;
  const { error, reason } = failure ?? unknown;
  throw new ChirpsmithError(error, reason);
}

/** How a check finds that a paid task has ended. */
interface TaskEnd {
  /** Made in this loop. */
  readonly checks: number;
  /** Their moments. */
  readonly checkedAt: number[];
  readonly at: string;
  readonly provider?: TaskStatus['provider'];
}

/** What the record says of a paid task that ends now. @param words why it has no result */
export function ended(
  { create, journal }: Session,
  fence: 'ready' | 'failed',
  { checks, checkedAt, at, provider }: TaskEnd,
  words?: string,
): Pick<Session, 'create' | 'journal'> {
  const end = { at, result: fence === 'ready' ? 'done' : 'failed', ...(words && { words }) } as const;
  return {
    create: { ...create, fence, finishedAt: at, checks: create.checks + checks },
    journal: withNews(journal, { end, checks: checkedAt, ...(provider && { provider }) }, create.callId),
  };
}

/** Records that the paid task has ended without a result. @throws ChirpsmithError always, the reason of the end */
export async function failPaidTask(
  session: Session,
  { error, reason }: { readonly error: ErrorName; readonly reason: string },
  end: TaskEnd,
  store: Pick<SessionStore, 'updateSession'>,
): Promise<never> {
  const failure = { error, reason, at: end.at };
  await store.updateSession(session, { failure, ...ended(session, 'failed', end, reason) });
  throw new ChirpsmithError(error, reason);
}
