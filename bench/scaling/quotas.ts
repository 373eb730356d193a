import { state as submitUpload } from '../../functions/workflow/submit-upload/state.ts';

/**
 * A quota of one account and region as AWS publishes it, or a limit of the provider that is a guess. What an account has is in
 * the console under Service Quotas: a new one has less, and most can be raised.
 */
export interface Quota {
  readonly name: string;
  /** The page that has it, by its title; none for what is ours or assumed. */
  readonly page?: string;
  /** What it limits, by the field of {@link Demand}. */
  readonly of: keyof Demand;
  /** Requests that may come at once after a rest. */
  readonly bucket: number;
  /** Requests that come back each second. */
  readonly perSecond: number;
}

/** What one model asks for. */
export interface Demand {
  readonly starts: number;
  readonly transitions: number;
  readonly invocations: number;
  readonly providerCalls: number;
  /** Invocations of Submit upload. */
  readonly submissions: number;
}

/** Seconds that an invocation is taken to last. An assumption: no function of ours has run in AWS. */
export const invocationSeconds = 0.5;

const concurrency = 1000;
export const reserved = submitUpload.lambda.reservedConcurrency ?? concurrency;
const atOnce = (count: number) => ({
  bucket: count / invocationSeconds,
  perSecond: count / invocationSeconds,
});

const stepFunctions = 'Step Functions service quotas';

/** Seconds that the uploads of a session have their Map Run open: the longest of 24 at the default schedule, about. */
export const mapRunSeconds = 50;
const mapRuns = 1000;

export const quotas: readonly Quota[] = [
  { name: 'provider: 5 calls a second (assumed)', of: 'providerCalls', bucket: 5, perSecond: 5 },
  {
    ...{ name: 'StartExecution, large regions', page: stepFunctions },
    ...{ of: 'starts', bucket: 1300, perSecond: 300 },
  },
  {
    ...{ name: 'StartExecution, other regions', page: stepFunctions },
    ...{ of: 'starts', bucket: 800, perSecond: 150 },
  },
  {
    ...{ name: 'StateTransition, large regions', page: stepFunctions },
    ...{ of: 'transitions', bucket: 5000, perSecond: 5000 },
  },
  {
    ...{ name: 'StateTransition, other regions', page: stepFunctions },
    ...{ of: 'transitions', bucket: 800, perSecond: 800 },
  },
  {
    ...{
      name: `Map Runs: ${mapRuns.toLocaleString('en-US')} open, ${mapRunSeconds} s each`,
      page: stepFunctions,
    },
    ...{ of: 'starts', bucket: mapRuns, perSecond: mapRuns / mapRunSeconds },
  },
  {
    name: `Lambda: ${concurrency.toLocaleString('en-US')} at once, ${invocationSeconds} s each`,
    page: 'AWS Lambda Operator Guide, Scaling and concurrency in Lambda',
    of: 'invocations',
    ...atOnce(concurrency),
  },
  { name: `Submit upload: ${reserved} reserved, ours`, of: 'submissions', ...atOnce(reserved) },
];

/** Models a day at which a quota is used up, when they come evenly. */
export const modelsPerDay = ({ of, perSecond }: Quota, demand: Demand): number =>
  (86_400 * perSecond) / demand[of];

/** What becomes of requests, second by second, at a token bucket. */
export interface Throttled {
  /** Share of the requests that do not find a token when they come; they come again as soon as there is one. */
  readonly late: number;
  /** Longest wait of a request in seconds. */
  readonly longest: number;
}

/** @param demand requests in each second */
export function throttle(
  demand: ArrayLike<number>,
  { bucket, perSecond }: Pick<Quota, 'bucket' | 'perSecond'>,
): Throttled {
  let tokens = bucket;
  let backlog = 0;
  let late = 0;
  let longest = 0;
  let all = 0;
  for (let second = 0; second < demand.length; second++) {
    const wanted = demand[second] ?? 0;
    all += wanted;
    const served = Math.min(tokens, backlog + wanted);
    late += Math.min(wanted, backlog + wanted - served);
    backlog += wanted - served;
    tokens = Math.min(bucket, tokens - served + perSecond);
    longest = Math.max(longest, backlog / perSecond);
  }
  return { late: all === 0 ? 0 : late / all, longest };
}
