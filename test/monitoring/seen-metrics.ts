import { z } from 'zod';

const lineSchema = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string(), Unit: z.string() })),
      }),
    ),
  }),
});

interface Metric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: Readonly<Record<string, string>>;
}

type Statistic = 'Sum' | 'Maximum';

const keyOf = ({ Namespace, MetricName, Dimensions }: Metric) =>
  `${Namespace}/${MetricName} ${JSON.stringify(Object.entries(Dimensions).sort())}`;

export type SeenMetrics = ReturnType<typeof seenMetrics>;

/** What CloudWatch would have seen: the values in lines of log, and those of AWS's own services. */
export function seenMetrics() {
  const values = new Map<string, number[]>();
  const add = (metric: Metric, value: number) => {
    const key = keyOf(metric);
    values.set(key, [...(values.get(key) ?? []), value]);
  };
  /** Undefined when nothing was counted at all, which is not the same as 0. */
  const found = (metric: Metric, statistic: Statistic): number | undefined => {
    const seen = values.get(keyOf(metric));
    if (!seen) return undefined;
    return statistic === 'Sum' ? seen.reduce((sum, it) => sum + it, 0) : Math.max(...seen);
  };
  return {
    add,
    /** Reads a line as CloudWatch does; what is not of the embedded metric format is a line of log. */
    line(text: string): void {
      if (!text.includes('"_aws"')) return;
      const { _aws, ...fields } = lineSchema.parse(JSON.parse(text));
      for (const { Namespace, Dimensions, Metrics } of _aws.CloudWatchMetrics) {
        for (const { Name } of Metrics) {
          for (const set of Dimensions) {
            const named = Object.fromEntries(set.map((name) => [name, z.string().parse(fields[name])]));
            add({ Namespace, MetricName: Name, Dimensions: named }, z.number().parse(fields[Name]));
          }
        }
      }
    },
    found,
    value: (metric: Metric, statistic: Statistic): number => found(metric, statistic) ?? 0,
  };
}
