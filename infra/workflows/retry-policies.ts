import { Duration } from 'aws-cdk-lib';
import { JitterType, type RetryProps } from 'aws-cdk-lib/aws-stepfunctions';
import type { StateSpec } from '../../functions/runtime/spec.ts';
import type { ErrorName } from '../../functions/shared/errors.ts';

/**
 * Which errors a task is repeated on, how often and how far apart: one name, one policy. A task takes a list
 * of them; Step Functions uses the first that lists the error, and counts each policy's attempts on its own.
 */
export type RetryPolicy = Required<Pick<RetryProps, 'errors' | 'interval' | 'backoffRate' | 'maxAttempts'>> &
  Pick<RetryProps, 'maxDelay' | 'jitterStrategy'>;

const named = (...names: readonly ErrorName[]): string[] => [...names];

/**
 * The invocation itself did not come about: Lambda was busy, throttled the account or could not be reached.
 * CDK's own default list lacks TooManyRequestsException, the likeliest of them.
 */
const invocationErrors = [
  'Lambda.TooManyRequestsException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
];

/** The function was cut off: out of time or memory, or its process died. It may have done part of its work. */
const cutOffErrors = [
  'Lambda.Unknown',
  'Sandbox.Timedout',
  'Runtime.ExitError',
  'Runtime.OutOfMemory',
  'States.Timeout',
];

/**
 * After up to 4, 8, 16, 32 and 64 s, at random: gives up after about a minute. What was throttled together would
 * otherwise be throttled together again.
 */
export const lambdaUnavailable: RetryPolicy = {
  errors: invocationErrors,
  interval: Duration.seconds(4),
  backoffRate: 2,
  maxAttempts: 5,
  jitterStrategy: JitterType.FULL,
};

/** Once, after 5 s. Every step can run again; one that is cut off twice would be cut off a third time. */
export const functionCutOff: RetryPolicy = {
  errors: cutOffErrors,
  interval: Duration.seconds(5),
  backoffRate: 1,
  maxAttempts: 1,
};

/** After 2, 6 and 18 s, on top of the three attempts that the SDK makes each time. */
export const storageUnavailable: RetryPolicy = {
  errors: named('StorageUnavailable'),
  interval: Duration.seconds(2),
  backoffRate: 3,
  maxAttempts: 3,
};

/** After 1, 2 and 4 s. Another process wrote the record in between; the step reads it again. */
export const recordConflict: RetryPolicy = {
  errors: named('RecordConflict'),
  interval: Duration.seconds(1),
  backoffRate: 2,
  maxAttempts: 3,
};

/** After 5, 15 and 45 s: about a minute for a network or a provider that is away. */
export const providerUnreachable: RetryPolicy = {
  errors: named('ProviderUnreachable'),
  interval: Duration.seconds(5),
  backoffRate: 3,
  maxAttempts: 3,
};

/** Once, after 5 s: for a call that is cheap to make twice (prepare), and no other. */
export const providerAnswerLost: RetryPolicy = {
  errors: named('ProviderAnswerLost'),
  interval: Duration.seconds(5),
  backoffRate: 1,
  maxAttempts: 1,
};

/** For a step that runs once in an execution: what AWS and the record may do to it, Lambda's errors first. */
export const retryOncePerState: readonly RetryPolicy[] = [
  lambdaUnavailable,
  functionCutOff,
  storageUnavailable,
  recordConflict,
];

/**
 * For a step that runs in a loop, round after round: after up to 5, 15, 45 and 60 s, at random, for every reason, Lambda's
 * own first.
 *
 * The tracks of many sessions begin together, and Lambda throttles what is more than its functions may run at once. A
 * throttled invocation has not run, so nothing is paid twice by another. 200 sessions of 24 tracks are 4,800 submissions,
 * of which a hundred at once run half a second each: with two repetitions at fixed moments, three of four give up.
 *
 * One policy for all reasons, because they add up: an execution ends at 25,000 events, and each attempt allowed here adds
 * three at every step of every loop. The more there are, the fewer tracks fit into a slice of `Upload tracks`. A step that
 * still fails ends the run, and a new run takes up where it stopped.
 */
export const retryInLoop: readonly RetryPolicy[] = [
  {
    errors: [...invocationErrors, ...cutOffErrors, ...named('StorageUnavailable', 'RecordConflict')],
    interval: Duration.seconds(5),
    backoffRate: 3,
    maxAttempts: 4,
    maxDelay: Duration.seconds(60),
    jitterStrategy: JitterType.FULL,
  },
];

/**
 * The words of the specs: ordered, the first policy that lists an error decides. `never` is for calls that cost: a
 * second one may be paid twice.
 */
export const retryPolicies: Readonly<Record<StateSpec['retry'], readonly RetryPolicy[]>> = {
  never: [],
  retryOncePerState,
  retryOncePerStateOrForProvider: [...retryOncePerState, providerUnreachable, providerAnswerLost],
  retryInLoop,
};

/** How often the machine may repeat a state when every attempt fails: the sum over its policies. */
export const repetitionsOf = ({ retry }: Pick<StateSpec, 'retry'>): number =>
  retryPolicies[retry].reduce((sum, { maxAttempts }) => sum + maxAttempts, 0);
