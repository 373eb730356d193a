import type { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';
import { identityOf } from '../../packages/local-aws/assembly/identities.ts';
import { propertiesOf, synthesized } from '../infra/synthesized.ts';
import type { SeenMetrics } from './seen-metrics.ts';

const dimensionsSchema = z
  .array(z.object({ Name: z.string(), Value: z.string() }))
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ Name, Value }) => [Name, Value])));
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

/** What of AWS's own is measured, and the property that has its name. */
const named = {
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::ApiGatewayV2::Api': 'Name',
};

/** Where the local runtime has the stack: it names a queue after it, as AWS does. */
const place = { stack: 'chirpsmith-local-service', region: 'us-east-1', account: '000000000000' };

/** The same with the names of resources in the place of references to them. */
function withNames(template: Template, value: unknown): unknown {
  const names = new Map(
    Object.entries(named).flatMap(([type, property]) =>
      Object.entries(propertiesOf(template, type)).map(([id, it]) => [
        id,
        it[property] ?? identityOf(type, id, undefined, place)?.attributes[property],
      ]),
    ),
  );
  return JSON.parse(JSON.stringify(value), (_, it: unknown) => {
    const { Ref, 'Fn::GetAtt': get } = Object(it);
    return names.get(Ref ?? get?.[0]) ?? it;
  });
}

/** The alarms of the synthesized template, by the part of their names that is theirs. */
export function templateAlarms(template = synthesized().service): Map<string, TemplateAlarm> {
  const alarms = Object.values(propertiesOf(template, 'AWS::CloudWatch::Alarm')).map((it) =>
    alarmSchema.parse(withNames(template, it)),
  );
  return new Map(alarms.map((alarm) => [alarm.AlarmName.replace(/^chirpsmith-[a-z]+-/, ''), alarm]));
}

/** The metrics that an alarm looks at. */
export function lookedAt({ Namespace, MetricName, Dimensions = {}, Metrics = [] }: TemplateAlarm) {
  const own =
    Namespace !== undefined && MetricName !== undefined ? [{ Namespace, MetricName, Dimensions }] : [];
  return [...own, ...Metrics.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []))];
}

/** Would CloudWatch raise the alarm, had it seen these values within one period? What is missing breaches nothing. */
export function isRaised(alarm: TemplateAlarm, seen: SeenMetrics): boolean {
  const value = measuredBy(alarm, seen);
  return value !== undefined && value >= alarm.Threshold;
}

function measuredBy(alarm: TemplateAlarm, seen: SeenMetrics): number | undefined {
  const { Namespace, MetricName, Dimensions = {}, Statistic } = alarm;
  if (Namespace !== undefined && MetricName !== undefined && Statistic) {
    return seen.found({ Namespace, MetricName, Dimensions }, Statistic);
  }
  const parts = alarm.Metrics ?? [];
  const expression = parts.find((part) => part.Expression !== undefined)?.Expression;
  if (expression === undefined) throw new Error(`${alarm.AlarmName} looks at nothing.`);
  const values = new Map(
    parts.flatMap(({ Id, MetricStat }) =>
      MetricStat ? [[Id, seen.found(MetricStat.Metric, MetricStat.Stat)]] : [],
    ),
  );
  return calculated(expression, values);
}

/** The little of CloudWatch's metric math that the alarms use: `SUM([a, b])`, and a share of at least so many calls. */
function calculated(expression: string, values: ReadonlyMap<string, number | undefined>): number | undefined {
  const of = (name = '') => {
    if (!values.has(name)) throw new Error(`"${expression}" speaks of ${name}, which is no metric of it.`);
    return values.get(name);
  };
  const share = /^IF\((\w+) >= (\d+), 100 \* (\w+) \/ (\w+), 0\)$/.exec(expression);
  if (share) {
    const [counted, part, all] = [of(share[1]), of(share[3]), of(share[4])];
    if (counted === undefined || part === undefined || all === undefined) return undefined;
    return counted >= Number(share[2]) ? (100 * part) / all : 0;
  }
  const [, summed] = /^SUM\(\[([\w, ]+)\]\)$/.exec(expression) ?? [];
  if (summed === undefined) throw new Error(`"${expression}" is not known to the tests.`);
  const there = summed.split(', ').flatMap((name) => of(name) ?? []);
  return there.length === 0 ? undefined : there.reduce((sum, value) => sum + value, 0);
}
