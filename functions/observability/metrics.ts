/** The one namespace of the product's own metrics in CloudWatch. */
export const metricNamespace = 'Chirpsmith';

/**
 * Every metric that the functions emit: its unit, and by which sets of dimensions it is counted, each beside the
 * stage. Never by session: CloudWatch bills and keeps each combination for itself. Which session it was is in the
 * line that carries the value.
 */
export const metrics = {
  /** A session's run has ended, or stopped to wait for a person: the status, and the error of a failure. */
  Sessions: { unit: 'Count', by: [['outcome'], ['kind', 'outcome'], ['outcome', 'error']] },
  /** A run has failed, or needs a decision, for a reason that its caller cannot mend. */
  RunsFailed: { unit: 'Count', by: [[]] },
  /** Calls to the provider: `ok`, or the name of the error. A key that was changed meanwhile counts once. */
  ProviderCalls: { unit: 'Count', by: [[], ['result'], ['call', 'result']] },
  /** Checks that one task of the provider took until it ended: `upload`, `training` or `music`. */
  Checks: { unit: 'Count', by: [['task']] },
  /**
   * Credits that the provider may have taken, by the configured prices; less than 0 when it surely did not. By the
   * same tasks.
   */
  CreditsSpent: { unit: 'Count', by: [[], ['task']] },
  /**
   * How long a session stayed in a status in which work is under way. By what it is for as well: thousands of files
   * upload for an hour, and twenty tracks for a minute.
   */
  PhaseSeconds: { unit: 'Seconds', by: [['kind', 'phase']] },
  /** Seen by each sweep: sessions with work under way. */
  SessionsUnderWay: { unit: 'Count', by: [[]] },
  /** Counted by each sweep: sessions that were never started, or whose execution never began. */
  SessionsNeverStarted: { unit: 'Count', by: [[]] },
  /** Turns of sessions that the event bus did not take; the records have them all the same. */
  EventsLost: { unit: 'Count', by: [[]] },
} as const satisfies Record<string, { unit: 'Count' | 'Seconds'; by: readonly (readonly string[])[] }>;

export type MetricName = keyof typeof metrics;

/** One value of one metric. */
export interface Measurement {
  readonly name: MetricName;
  readonly value: number;
  readonly dimensions?: Readonly<Record<string, string>>;
}

/**
 * A line of CloudWatch's embedded metric format (its specification, version 0): CloudWatch makes metrics of it
 * when it reads the log, so that emitting one costs no call.
 * @param about what the line says beyond the metric, and is no dimension
 * @param at milliseconds since the epoch
 */
export function metricLine(
  { name, value, dimensions = {} }: Measurement,
  { stage, at, about }: { stage: string; at: number; about: Readonly<Record<string, string>> },
): string {
  const { unit, by } = metrics[name];
  const sets = by.filter((set) => set.every((dimension) => dimension in dimensions));
  return JSON.stringify({
    ...about,
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [
        {
          Namespace: metricNamespace,
          Dimensions: sets.map((set) => ['stage', ...set]),
          Metrics: [{ Name: name, Unit: unit }],
        },
      ],
    },
    stage,
    ...dimensions,
    [name]: value,
  });
}
