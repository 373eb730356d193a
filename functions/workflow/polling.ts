import { ProviderError } from '../provider/provider.ts';
import { nextWait, type Schedule } from '../shared/schedule.ts';
import type { PositionSoFar, Verdict } from '../shared/state-contracts.ts';

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
  /** Checks of this loop that called the task a success, but gave no result; with this one, when it does so. */
  const emptySuccesses = (answer: Reported | undefined): number =>
    (state.emptySuccesses ?? 0) + (answer?.phase === 'succeeded' ? 1 : 0);
  return { waited, total, at, emptySuccesses };
}

interface Reported {
  readonly phase: string;
  readonly status: string;
  readonly failReason?: string;
}

/** What a check learns of a task. An error of the provider is data, because it is no failure of the task. */
export type Report<Answer> = (
  | { readonly answer: Answer; readonly trouble?: undefined }
  | { readonly answer?: undefined; readonly trouble: ProviderError }
) & {
  /** What the provider said, as part of a sentence. */
  readonly last: string;
};

/** Waits for the provider's answer. Any error that is not the provider's passes through. */
export async function asked<Answer extends Reported>(question: Promise<Answer>): Promise<Report<Answer>> {
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

/** Why the task has ended without a result, in the provider's words; undefined while it may still have one. */
export const failureOf = (answer: Reported | undefined, task: string): string | undefined =>
  answer?.phase === 'failed' || answer?.phase === 'timed-out'
    ? (answer.failReason ?? `The provider ended the ${task} as "${answer.status}" and gave no reason.`)
    : undefined;
