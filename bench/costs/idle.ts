import { z } from 'zod';
import type { MetricName } from '../../functions/observability/metrics.ts';
import { prices } from './prices.ts';

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});
const alarmSchema = z.object({
  Metrics: z.array(z.object({ MetricStat: z.unknown().optional() })).optional(),
});

/** Metrics of our own that the sweep counts each time, in sessions, also when there are none. */
const swept: readonly MetricName[] = ['SessionsUnderWay', 'SessionsNeverStarted'];

/** What a stage costs each month without any use. */
export interface Idle {
  readonly alarms: number;
  /** All that the alarms look at. */
  readonly alarmMetrics: number;
  /** Metrics on the dashboard that are named one by one; 0 without a dashboard. */
  readonly dashboardMetrics: number;
  readonly secrets: number;
  readonly keys: number;
  /** Dollars a month; the dashboard is one of the account's first three. */
  readonly dollars: number;
}

/** Counts in the templates of a stage's stacks what is billed by the month. */
export function idleOf(...templates: readonly unknown[]): Idle {
  const resources = templates.flatMap((template) => Object.values(templateSchema.parse(template).Resources));
  const of = (type: string) => resources.filter(({ Type }) => Type === type);
  const alarms = of('AWS::CloudWatch::Alarm').map(({ Properties }) => alarmSchema.parse(Properties));
  const alarmMetrics = alarms.reduce(
    (sum, { Metrics }) => sum + (Metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1),
    0,
  );
  const bodies = of('AWS::CloudWatch::Dashboard').map(({ Properties }) =>
    JSON.stringify(Properties.DashboardBody),
  );
  // Inside the body's text, each metric named begins with its namespace.
  const dashboardMetrics = bodies.reduce(
    (sum, body) => sum + [...body.matchAll(/\[\\*"(?:AWS\/|Chirpsmith)/g)].length,
    0,
  );
  const secrets = of('AWS::SecretsManager::Secret').length;
  const keys = of('AWS::KMS::Key').length;
  const dollars =
    swept.length * prices.metricMonth +
    alarmMetrics * prices.alarmMetricMonth +
    secrets * prices.secretMonth +
    keys * prices.keyMonth;
  return { alarms: alarms.length, alarmMetrics, dashboardMetrics, secrets, keys, dollars };
}

/** As docs/costs.md says it. */
export function idleWords({ alarms, alarmMetrics, dashboardMetrics, secrets, dollars }: Idle): string {
  const { secretMonth, metricMonth, alarmMetricMonth, dashboardMonth, keyMonth } = prices;
  const without = swept.length * metricMonth + secrets * secretMonth;
  return `A stage that nobody uses costs ${dollars.toFixed(2)} dollars a month, counted in its template: ${alarmMetrics} metrics that ${alarms} alarms
look at (${alarmMetricMonth.toFixed(2)} each), ${secrets} secret (${secretMonth.toFixed(2)}), and ${swept.length} metrics that the sweep counts (${metricMonth.toFixed(2)} each). What is stored comes
on top. An \`alarmEmail\` adds a key (${keyMonth.toFixed(2)}), a relay and a webhook a secret each. The dashboard has ${dashboardMetrics} metrics; an account
has three dashboards of at most 50 metrics without a charge, and each further one costs ${dashboardMonth.toFixed(2)}. For a small stage,
\`-c alarms=false\` and \`-c dashboard=false\` leave both out, and ${without.toFixed(2)} dollars are left. The sweep, every quarter of an
hour, is 2,900 invocations a month: about a cent with its traces.`;
}
