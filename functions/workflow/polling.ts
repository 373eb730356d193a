import type { DayOfDurations } from '../domain/durations.ts';
import { mostChecks } from '../domain/journal.ts';
import { isRunning, type Session } from '../domain/session.ts';
import { ProviderError, type TaskStatus } from '../provider/provider.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import { nextWait, type Schedule } from '../shared/schedule.ts';
import type { PositionSoFar, Verdict } from '../shared/state-contracts.ts';

/** Ends a step whose session was cancelled meanwhile: that stops the execution, but not a step that is running. */
export function requireRunning(session: Session, nothing: 'nothing is bought' | 'nothing is sent'): void {
  if (isRunning(session)) return;
  throw new ChirpsmithError(
    'NotPossible',
    `Session ${session.sessionId} is "${session.status}": ${nothing}.`,
  );
}

/** Position of a loop after a submission: the schedule starts again, the seconds until the deadline go on. */
export function positionAfterCall<Ids extends object>(ids: Ids, state: PositionSoFar) {
  const { total = 0, checks = 0 } = state;
  return (verdict: Verdict, wait: number, refusals = 0) => {
    return { ...ids, wait, waited: 0, total, checks, refusals, verdict };
  };
}

/** Position of a loop at a check, after the wait before it. All times are in seconds. */
export function positionAtCheck<State extends PositionSoFar>(state: State) {
  const { wait: last = 0, checks: made = 0 } = state;
  const waited = (state.waited ?? 0) + last;
  const total = (state.total ?? 0) + last;
  /** What the check returns to the machine. */
  const at = (verdict: Verdict, wait = 0, checks = made) => {
    return { ...state, verdict, wait, waited, total, checks };
  };
  /** Checks of this loop that called the task a success without a result, `answer` included. */
  const emptySuccesses = (answer: TaskStatus | undefined): number =>
    (state.emptySuccesses ?? 0) + (answer?.phase === 'succeeded' ? 1 : 0);
  /**
   * How long a task took that this check sees to be done, in the provider's seconds: as the provider says, or between two
   * checks. Nothing is known of a task that was under way before its first check, which then came at once.
   */
  const seen = (
    tookSeconds: number | undefined,
    { timeScale }: { readonly timeScale: number },
  ): DayOfDurations['seen'] => {
    if (tookSeconds !== undefined) return [tookSeconds];
    const before = state.waited ?? 0;
    if (waited === before || (before === 0 && made > 0)) return [];
    return [[before / timeScale, waited / timeScale]];
  };
  return { waited, total, at, emptySuccesses, seen };
}

/**
 * Moments of the last checks on a task, the one that is made now included: seconds since its call, by the clock.
 * @param since ISO moments, both
 */
export function checkMoments(
  { checkedAt = [] }: PositionSoFar,
  since: string | undefined,
  now: string,
): number[] {
  if (since === undefined) return checkedAt;
  const seconds = Math.max(0, Math.round((Date.parse(now) - Date.parse(since)) / 100) / 10);
  return [...checkedAt, seconds].slice(-mostChecks);
}

/** What a check learns of a task. An error of the provider is data, because it is no failure of the task. */
export type Report<Answer> = (
  | { readonly answer: Answer; readonly trouble?: undefined }
  | { readonly answer?: undefined; readonly trouble: ProviderError }
) & {
  /** The provider's last report, as part of a sentence. */
  readonly last: string;
};

/** Waits for the provider's answer. Any error that is not the provider's passes through. */
export async function asked<Answer extends TaskStatus>(question: Promise<Answer>): Promise<Report<Answer>> {
  try {
    const answer = await question;
    return { answer, last: `its last status was "${answer.status}"` };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { trouble: error, last: error.message };
  }
}

/**
 * Seconds until the next check, never fewer than the provider asks for.
 * @param pace by which the schedule's distances are multiplied
 */
export function untilNextCheck(
  schedule: Schedule,
  waited: number,
  trouble: Pick<ProviderError, 'retryAfter'> | undefined,
  pace = 1,
): number {
  return Math.ceil(Math.max(nextWait(schedule, waited) * pace, trouble?.retryAfter ?? 0));
}

/** Why the task failed; undefined while it may still succeed. */
export const failureOf = (answer: TaskStatus | undefined, task: string): string | undefined =>
  answer?.phase === 'failed' || answer?.phase === 'timed-out'
    ? (answer.failReason ?? `The provider ended the ${task} as "${answer.status}" and gave no reason.`)
    : undefined;
