import { z } from 'zod';
import { propertiesOf, synthesized } from '../infra/synthesized.ts';
import type { SeenMetrics } from './seen-metrics.ts';

const dimensionsSchema = z
  .array(z.object({ Name: z.string(), Value: z.unknown() }))
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ Name, Value }) => [Name, written(Value)])));
const metricSchema = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: dimensionsSchema,
});
const alarmSchema = z.object({
  AlarmName: z.string(),
  AlarmDescription: z.string(),
  ComparisonOperator: z.literal('GreaterThanOrEqualToThreshold'),
  EvaluationPeriods: z.literal(1),
  TreatMissingData: z.literal('notBreaching'),
  Threshold: z.number(),
  Statistic: z.enum(['Sum', 'Maximum']).optional(),
  ...metricSchema.partial().shape,
  Metrics: z
    .array(
      z.object({
        Id: z.string(),
        Expression: z.string().optional(),
        MetricStat: z.object({ Metric: metricSchema, Stat: z.enum(['Sum', 'Maximum']) }).optional(),
      }),
    )
    .optional(),
});

export type TemplateAlarm = z.infer<typeof alarmSchema>;

/** A reference to a resource of the template, as the tests name it. */
function written(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::GetAtt': get } = Object(value);
  return String(Ref ?? get?.[0]);
}

/** The alarms of the synthesized template, by the part of their names that is theirs. */
export function templateAlarms(template = synthesized().service): Map<string, TemplateAlarm> {
  const alarms = Object.values(propertiesOf(template, 'AWS::CloudWatch::Alarm')).map((it) =>
    alarmSchema.parse(it),
  );
  return new Map(alarms.map((alarm) => [alarm.AlarmName.replace(/^chirpsmith-[a-z]+-/, ''), alarm]));
}

/** Would CloudWatch raise the alarm, had it seen these values within one period? */
export function isRaised(alarm: TemplateAlarm, seen: SeenMetrics): boolean {
  return measuredBy(alarm, seen) >= alarm.Threshold;
}

function measuredBy(alarm: TemplateAlarm, seen: SeenMetrics): number {
  const { Namespace, MetricName, Dimensions = {}, Statistic } = alarm;
  if (Namespace !== undefined && MetricName !== undefined && Statistic) {
    return seen.value({ Namespace, MetricName, Dimensions }, Statistic);
  }
  const parts = alarm.Metrics ?? [];
  const expression = parts.find((part) => part.Expression !== undefined)?.Expression;
  if (expression === undefined) throw new Error(`${alarm.AlarmName} looks at nothing.`);
  const values = new Map(
    parts.flatMap(({ Id, MetricStat }) =>
      MetricStat ? [[Id, seen.value(MetricStat.Metric, MetricStat.Stat)]] : [],
    ),
  );
  return calculated(expression, values);
}

/** The little of CloudWatch's metric math that the alarms use: `a + b`, and a share of at least so many calls. */
function calculated(expression: string, values: ReadonlyMap<string, number>): number {
  const of = (name: string | undefined) => {
    const value = values.get(name ?? '');
    if (value === undefined) throw new Error(`"${expression}" speaks of ${name}, which is no metric of it.`);
    return value;
  };
  const share = /^IF\((\w+) >= (\d+), 100 \* (\w+) \/ (\w+), 0\)$/.exec(expression);
  if (share) {
    const [, counted, least, part, all] = share;
    return of(counted) >= Number(least) ? (100 * of(part)) / of(all) : 0;
  }
  return expression.split(' + ').reduce((sum, name) => sum + of(name), 0);
}
