import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type MetricName, metricNamespace, metrics } from '../../../functions/observability/metrics.ts';
import type { Config } from '../../config.ts';

/**
 * One of the metrics that the functions emit, in this stage.
 * @throws Error for dimensions by which it is not counted: nothing would ever be seen there
 */
export function customMetric(
  { stage }: Config,
  name: MetricName,
  options: { dimensions?: Record<string, string>; statistic?: string; period: Duration; label?: string },
): Metric {
  const { dimensions = {}, statistic = 'Sum', period, label } = options;
  requireCounted(name, Object.keys(dimensions));
  return new Metric({
    namespace: metricNamespace,
    metricName: name,
    dimensionsMap: { stage, ...dimensions },
    statistic,
    period,
    ...(label === undefined ? {} : { label }),
  });
}

/**
 * A line for every value that the dimensions have had. For pages: an alarm cannot search.
 * @throws Error for dimensions by which the metric is not counted
 */
export function eachOf(
  { stage }: Config,
  name: MetricName,
  options: { dimensions: readonly string[]; statistic?: string; period: Duration },
): MathExpression {
  const { dimensions, statistic = 'Sum', period } = options;
  requireCounted(name, dimensions);
  const schema = [metricNamespace, 'stage', ...dimensions].join(',');
  const search = `{${schema}} MetricName="${name}" stage="${stage}"`;
  return new MathExpression({
    expression: `SEARCH('${search}', '${statistic}', ${period.toSeconds()})`,
    label: '',
    period,
  });
}

function requireCounted(name: MetricName, dimensions: readonly string[]): void {
  const given = [...dimensions].sort().join();
  if (metrics[name].by.some((set) => [...set].sort().join() === given)) return;
  throw new Error(`The metric ${name} is not counted by ${given || 'the stage alone'}.`);
}

export const minutes = (count: number) => Duration.minutes(count);
