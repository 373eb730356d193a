import type { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Config } from '../../config.ts';
import { type AlarmName, runbookLink } from '../../runbook.ts';
import { customMetric, minutes } from './custom-metric.ts';

export interface AlarmsProps {
  readonly config: Config;
  readonly machines: readonly IStateMachine[];
  readonly sweep: IFunction;
  /** The function that writes down why a run ended. */
  readonly recordFailure: IFunction;
  readonly api: HttpApi;
  /** Where what could not be delivered lies, by a word for its name. */
  readonly deadLetters: Readonly<Record<string, IQueue>>;
  /** The topic that is notified. */
  readonly topic?: ITopic | undefined;
}

/** Calls in a quarter of an hour under which their shares say nothing. */
const fewCalls = 20;

/** What needs a person, also at night. Each alarm links its section of the runbook. */
export class Alarms extends Construct {
  readonly all: Alarm[] = [];
  readonly #props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#props = props;
    const { config, machines, sweep, recordFailure, api } = props;
    const period = minutes(5);
    const quarter = minutes(15);
    const calls = (result?: string, over = period) =>
      customMetric(config, 'ProviderCalls', { period: over, ...(result && { dimensions: { result } }) });

    // Not Step Functions' own count: that has every run that ended for its caller's broken file. A run whose failure
    // could not be recorded is counted by the function that should have recorded it.
    const failed = [
      customMetric(config, 'RunsFailed', { period }),
      recordFailure.metricErrors({ period, statistic: 'Sum' }),
    ];
    this.#add(
      'executions-failed',
      'A run has failed for a reason that its caller cannot mend',
      sumOf(failed, 'Failed runs', period),
    );
    // Counts each function of a route that failed, too: API Gateway answers 500 for it.
    this.#add('api-failing', 'The API answers 5xx', api.metricServerError({ period, statistic: 'Sum' }), 5);
    const timedOut = machines.map((machine) => machine.metricTimedOut({ period, statistic: 'Sum' }));
    this.#add(
      'executions-timed-out',
      'A run was ended by its time-out, past all its own deadlines',
      sumOf(timedOut, 'Executions that timed out', period),
    );
    this.#add(
      'needs-decision',
      'A training or a piece of music was perhaps paid, and only a person can say how to go on',
      customMetric(config, 'Sessions', { dimensions: { outcome: 'needs-decision' }, period }),
    );
    this.#add('key-refused', 'The provider answers 401 or 403', calls('ProviderAuth'));
    this.#add('credits-exhausted', 'The provider answers 402', calls('CreditsExhausted'));
    const share = new MathExpression({
      expression: `IF(calls >= ${fewCalls}, 100 * throttled / calls, 0)`,
      usingMetrics: { calls: calls(undefined, quarter), throttled: calls('ProviderThrottled', quarter) },
      label: 'Percent of the calls answered 429',
      period: quarter,
    });
    this.#add('provider-throttles', 'The provider throttles a fifth of all calls (429)', share, 20);
    this.#add(
      'never-started',
      'Sessions were never started',
      customMetric(config, 'SessionsNeverStarted', { statistic: 'Maximum', period: quarter }),
    );
    // Of all functions of the account and region, by one metric: those of a stage would be a dozen, paid one by one, and
    // they share the account's quota with the others anyway. The dashboard shows which function it was.
    const throttles = new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'Throttles',
      statistic: 'Sum',
      period,
    });
    this.#add(
      'functions-throttled',
      "Functions run into their reserved concurrency, or into the account's quota",
      throttles,
      10,
    );
    const failing = [
      sweep.metricErrors({ period: quarter, statistic: 'Sum' }),
      sweep.metricThrottles({ period: quarter, statistic: 'Sum' }),
    ];
    this.#add(
      'sweep-failing',
      'The sweep fails or is throttled',
      sumOf(failing, 'Sweeps that failed', quarter),
    );
    this.#add(
      'events-lost',
      'Status events could not be published',
      customMetric(config, 'EventsLost', { period }),
    );
    for (const [of, queue] of Object.entries(props.deadLetters)) {
      const waiting = queue.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' });
      this.#add('dead-letters', `Events for ${of} could not be delivered`, waiting, 1, of);
    }
  }

  /** @param threshold at which it is raised, over one period */
  #add(name: AlarmName, says: string, metric: IMetric, threshold = 1, of?: string): void {
    const { config, topic } = this.#props;
    const id = of === undefined ? name : `${name}-${of}`;
    const alarm = new Alarm(this, id, {
      alarmName: `chirpsmith-${config.stage}-${id}`,
      alarmDescription: `${says}. What to do: ${runbookLink(config.runbookUrl, name)}`,
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      // Nothing happens for hours, and nothing is then counted.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (topic) alarm.addAlarmAction(new SnsAction(topic));
    this.all.push(alarm);
  }
}

/**
 * All of them together. By SUM, which adds what there is [practice, to be seen in a deployment]: `a + b` has no value in
 * a period in which one of them has none, and an unused machine has none for days.
 */
function sumOf(metrics: readonly IMetric[], label: string, period: Duration): MathExpression {
  const named = metrics.map((metric, index) => [`m${index}`, metric] as const);
  return new MathExpression({
    expression: `SUM([${named.map(([id]) => id).join(', ')}])`,
    usingMetrics: Object.fromEntries(named),
    label,
    period,
  });
}
