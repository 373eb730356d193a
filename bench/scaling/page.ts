import { Duration } from 'aws-cdk-lib';
import { JitterType } from 'aws-cdk-lib/aws-stepfunctions';
import { type RetryPolicy, retryInLoop } from '../../infra/workflows/retry-policies.ts';
import { prices } from '../costs/prices.ts';
import { generator } from '../schedules/distributions.ts';
import { gigabytes } from '../schedules/tables.ts';
import { throttledBurst } from './burst.ts';
import { type Day, demandOf, simulateDay } from './day.ts';
import { type Demand, invocationSeconds, modelsPerDay, quotas, reserved, throttle } from './quotas.ts';

const tracks = 24;
const days = [10, 1000, 10_000, 100_000] as const;

const number = (value: number) => Math.round(value).toLocaleString('en-US');
/** To two digits: a count of a simulation has no more. */
const about = (value: number) => {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return number(Math.round(value / unit) * unit);
};

const dollarsOf = ({ transitions, invocations }: Demand) => ({
  stepFunctions: transitions * prices.transition,
  lambda: invocations * (prices.invocation + invocationSeconds * gigabytes * prices.gigabyteSecond),
  traces: invocations * prices.trace,
});

export interface ScalingRow {
  readonly models: number;
  readonly day: Day;
}

export const simulatedDays = (seed: number): ScalingRow[] =>
  days.map((models) => ({ models, day: simulateDay(models, tracks, seed) }));

function peakTable(rows: readonly ScalingRow[]): string {
  const body = quotas.map((quota) => {
    const cells = rows.map(({ day }) => {
      const { late, longest } = throttle(day[quota.of], quota);
      const peak = number(Math.max(...day[quota.of]));
      if (late === 0) return peak;
      const wait = longest < 3600 ? `${Math.ceil(longest)} s` : 'hours';
      return `**${peak}**: ${(100 * late).toFixed(late < 0.1 ? 1 : 0)} % late, up to ${wait}`;
    });
    return `| ${quota.name} | ${cells.join(' | ')} |`;
  });
  const head = `| quota | ${rows.map(({ models }) => `${number(models)} a day`).join(' | ')} |`;
  return [head, head.replace(/[^|]+/g, '---'), ...body].join('\n');
}

/** As a step in a loop was repeated until 27 November 2026. */
const before: RetryPolicy = {
  errors: [],
  interval: Duration.seconds(5),
  backoffRate: 9,
  maxAttempts: 2,
  jitterStrategy: JitterType.NONE,
};

const bursts = [10, 50, 100, 200, 500] as const;

function burstTable(seed: number): string {
  const [policy = before] = retryInLoop;
  const rows = bursts.map((sessions) => {
    const [then, now] = [before, policy].map((one) =>
      throttledBurst(sessions * tracks, {
        ...{ atOnce: reserved, seconds: invocationSeconds, policy: one },
        random: generator(seed),
      }),
    );
    const cells = [sessions, sessions * tracks, then?.gaveUp ?? 0, now?.gaveUp ?? 0].map(number);
    return `| ${cells.join(' | ')} | ${(now?.last ?? 0).toFixed(0)} s |`;
  });
  const head = '| sessions | submissions | gave up before | give up now | the last begins after |';
  return [head, head.replace(/[^|]+/g, '---'), ...rows].join('\n');
}

/** Quotas that the simulation does not need, because what is made here stays far below them. */
const others = [
  [
    '`DescribeExecution`: 300 (250 in other regions) at once, then 15 (10) a second',
    'Step Functions service quotas',
    'asked only for sessions whose record has not changed for long, and by the sweep',
  ],
  [
    'Lambda: 1,000 more environments of a function every 10 s',
    'Lambda scaling behavior',
    "no function of ours runs so often at once before the account's 1,000 are used up",
  ],
  [
    'API Gateway: 10,000 requests a second, 5,000 at once; in some regions 2,500 and 1,250',
    'Amazon API Gateway quotas',
    'a client makes a few requests for a model, and asks for its status every few seconds',
  ],
  [
    'DynamoDB on demand: a new table 4,000 writes and 12,000 reads a second, then twice its former peak',
    'DynamoDB Developer Guide, Read/Write Capacity Mode',
    'a model of 24 tracks makes about 300 requests to DynamoDB and S3 in three minutes (measured)',
  ],
  ['DynamoDB: 40,000 of each a second for a table', 'Quotas in Amazon DynamoDB', 'the same'],
  [
    'S3: at least 3,500 writes and 5,500 reads a second for a prefix',
    'AWS Knowledge Center, s3-object-key-naming-pattern',
    'a few requests for each track',
  ],
] as const;

function sourceTable(): string {
  const simulated = quotas.flatMap(({ name, page, bucket, perSecond }) =>
    page
      ? [
          `| ${name}: ${number(bucket)} at once, then ${number(perSecond)} a second | ${page} | in the tables above |`,
        ]
      : [],
  );
  const rest = others.map((row) => `| ${row.join(' | ')} |`);
  const head = '| quota | page | here |';
  return [head, head.replace(/[^|]+/g, '---'), ...simulated, ...rest].join('\n');
}

/** docs/scaling.md */
export function scalingPage(rows: readonly ScalingRow[], seed: number): string {
  const reference = rows.find(({ models }) => models === 1000) ?? rows[0];
  if (!reference) throw new Error('No day was simulated.');
  const demand = demandOf(reference.day, reference.models);
  const { stepFunctions, lambda, traces } = dollarsOf(demand);
  const each = stepFunctions + lambda + traces;
  const small = demandOf(simulateDay(1000, 8, seed), 1000);
  const even = quotas.map(
    (quota) =>
      `| ${quota.name} | ${about(modelsPerDay(quota, demand))} | ${about(modelsPerDay(quota, small))} |`,
  );
  const atProvider = (of: Demand) => about((5 * 86_400) / of.providerCalls);
  return `# How many models a day

Made by \`npm run bench\` (seed ${seed}): a day of arrivals is drawn, each model's calls and states are placed at the moments of
the default schedules, and each second is held against the quotas. It is a simulation: nothing here has run in an AWS account.
The quotas are those that AWS publishes for one account and region ([below](#where-the-quotas-are-from)). A new account has less,
and most can be raised under *Service Quotas*; look there before you rely on a row. How many calls the provider allows is
not documented; 5 a second is an assumption.

One model of ${tracks} tracks takes ${number(demand.transitions)} transitions, ${number(demand.invocations)} invocations and ${number(demand.providerCalls)} calls to the provider, one of 8 tracks ${number(small.transitions)}, ${number(small.invocations)} and ${number(small.providerCalls)}.

## Which quota is used up first

If all models came evenly, day and night, a quota would be used up at so many models a day:

![Models a day at which each quota is used up](performance/quotas.svg)

| quota | models of ${tracks} tracks a day | of 8 tracks |
|---|---|---|
${even.join('\n')}

**The provider comes first, by two orders of magnitude**: ${atProvider(demand)} models a day of ${tracks} tracks, ${atProvider(small)} of 8.
Nothing that is done in AWS changes that.

Models do not come evenly. Here they come as to a team that works by day: the busiest hour has about twice the mean, and three
of ten come ten at once. A cell has the most requests of any second, and in bold what does not fit: the share of requests
that come late, and by how much. A late transition waits in Step Functions; a throttled invocation is repeated by the
machine; a call that the provider refuses is repeated at the session's own pace.

${peakTable(rows)}

## Sessions that begin at the same moment

*Submit upload* runs ${reserved} times at once (reserved, so that one burst leaves room for the others). Lambda throttles what comes
beyond that, and the machine repeats it: after up to 5, 15, 45 and 60 s, at random. Before, it was repeated twice, after 5 and
45 s. A submission that gives up ends its session's run, and a resume takes it up. Sessions of ${tracks} tracks, ${invocationSeconds} s an invocation:

${burstTable(seed)}

## Where the quotas are from

Pages of AWS's documentation, by their titles, in stored copies read in November 2026. Large regions are N. Virginia, Oregon and Ireland.

${sourceTable()}

The rows of DynamoDB and S3 were read in copies of these pages, the others on the pages: compare all with Service Quotas in
your own account.

## What to change

| models a day | binds first | do | AWS, dollars a day |
|---|---|---|---|
| 10 | nothing; ten that begin together are slowed by the provider's limit | nothing | ${(10 * each).toFixed(2)} |
| 1,000 | the provider, when several are dropped at once: their uploads wait for minutes | ask the provider for its limit; spread what comes at once | ${(1000 * each).toFixed(2)} |
| 10,000 | the provider all day, beyond ${atProvider(demand)} models of ${tracks} tracks | a second account or a higher limit there; outside of the large regions raise \`StateTransition\` when a burst is to be on time | ${(10_000 * each).toFixed(2)} |
| 100,000 | the provider; then \`StateTransition\`, and what is reserved for *Submit upload* | ${Math.ceil(100_000 / ((5 * 86_400) / demand.providerCalls))} times the provider's assumed limit; outside of the large regions \`StateTransition\` raised to 5,000; more reserved concurrency (\`functions/workflow/submit-upload/state.ts\`); fewer traces (X-Ray sampling) | ${number(100_000 * each)} |

A day's dollars are of transitions (${stepFunctions.toFixed(5)} a model), Lambda at ${invocationSeconds} s an invocation and ${gigabytes * 1024} MB (${lambda.toFixed(5)}) and a
trace each (${traces.toFixed(5)}). [What a run costs](costs.md) has every row. The provider's credits are the larger part at every
size: ${100 + tracks} for a model of ${tracks} tracks.
`;
}

/** Models a day at which each quota is used up. */
export const capacities = (rows: readonly ScalingRow[]): (readonly [name: string, models: number])[] => {
  const row = rows.find(({ models }) => models === 1000);
  if (!row) return [];
  const demand = demandOf(row.day, row.models);
  return quotas.map((quota) => [quota.name, modelsPerDay(quota, demand)]);
};
