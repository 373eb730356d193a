import {
  Choice,
  Condition,
  type IChainable,
  type INextable,
  JsonPath,
  type State,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { Settings } from '../../functions/shared/settings.ts';
import type { Verdict } from '../../functions/shared/state-contracts.ts';

export interface WaitAndCheck {
  /** Hands the work over; runs again when a check says so. */
  readonly submit: State & INextable;
  /** Name of the state that waits. */
  readonly wait: string;
  /** Checks the work; its verdict says what comes next. */
  readonly check: State & INextable;
  /** Name of the question. */
  readonly finished: string;
  /** Where it goes on when the work is done. */
  readonly done: IChainable;
  /** Where it goes on when the work failed, for work whose failure is data; else the check throws. */
  readonly failed?: IChainable;
}

/**
 * Submit → wait → check → finished?, the shape of all work that the provider does in its own time. How long
 * to wait, when to submit again and when to give up is decided by the tasks and carried in the state
 * (`wait`, `verdict`); the graph only follows. The tasks also make sure that every loop ends.
 * @returns the state to begin with, and the wait, as an entry from other states
 */
export function waitAndCheck(
  scope: Construct,
  { submit, wait, check, finished, done, failed }: WaitAndCheck,
): { start: State; wait: Wait } {
  const pause = new Wait(scope, wait, { time: WaitTime.secondsPath('$.wait') });
  const question = new Choice(scope, finished)
    .when(verdictIs('waiting'), pause)
    .when(verdictIs('again'), submit)
    .when(verdictIs('done'), done);
  if (failed) question.when(verdictIs('failed'), failed);
  submit.next(pause).next(check).next(question);
  return { start: submit, wait: pause };
}

/** The task before has come to this verdict. */
export const verdictIs = (verdict: Verdict) => Condition.stringEquals('$.verdict', verdict);

/** The position of a loop whose call costs real money, when it has not been called yet. */
export const initialLoopState = { wait: 0, waited: 0, total: 0, checks: 0, refusals: 0, verdict: 'again' };

/**
 * The position of the loop after such a call without an answer: checked as soon as the settle schedule says.
 * Counts as a refusal, because the limit on refusals also ends a loop whose call dies before it can write
 * anything down.
 */
export const reconcileLoopState = ({ schedules: { settle } }: Settings) => ({
  sessionId: JsonPath.stringAt('$.sessionId'),
  wait: settle.checks[0] ?? settle.every,
  waited: 0,
  total: JsonPath.numberAt('$.total'),
  checks: JsonPath.numberAt('$.checks'),
  refusals: JsonPath.mathAdd(JsonPath.numberAt('$.refusals'), 1),
  verdict: 'waiting',
  lost: JsonPath.objectAt('$.lost'),
});
