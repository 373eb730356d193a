import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { MetricName } from '../../functions/shared/metrics.ts';
import type { Config } from '../config.ts';
import { eachOf, minutes, ownMetric } from './own-metric.ts';
import type { WorkflowFunction } from './workflow-function.ts';

export interface DashboardProps {
  readonly config: Config;
  readonly machine: StateMachine;
  readonly functions: readonly WorkflowFunction[];
  readonly alarms: readonly Alarm[];
}

const period = minutes(15);

/** One page for the person who looks after it: is anything wrong, what ended how, what it cost, what is slow. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { config, machine, functions, alarms }: DashboardProps) {
    super(scope, id);
    const each = (name: MetricName, dimensions: readonly string[], statistic?: string) =>
      eachOf(config, name, { dimensions, period, ...(statistic && { statistic }) });
    const own = (name: MetricName, statistic?: string) =>
      ownMetric(config, name, { period, label: name, ...(statistic && { statistic }) });
    const graph = (title: string, ...left: IMetric[]) =>
      new GraphWidget({ title, left, width: 8, height: 6, leftYAxis: { min: 0 } });
    const throttled = ownMetric(config, 'ProviderCalls', {
      period,
      dimensions: { result: 'ProviderThrottled' },
    });

    new CloudWatchDashboard(this, 'Page', {
      dashboardName: `chirpsmith-${config.stage}`,
      widgets: [
        [
          new TextWidget({
            markdown: `# Chirpsmith, ${config.stage}\nWhat each alarm means: ${config.runbookUrl}`,
            width: 24,
            height: 2,
          }),
        ],
        [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24, height: 3 })],
        [
          graph('Sessions by outcome', each('Sessions', ['outcome'])),
          graph('Failures by error', each('Sessions', ['outcome', 'error'])),
          graph('Executions', machine.metricStarted({ period }), machine.metricFailed({ period })),
        ],
        [
          graph('Provider calls by result', each('ProviderCalls', ['result'])),
          graph('Provider calls by call and result', each('ProviderCalls', ['call', 'result'])),
          graph(
            'Percent of the calls answered 429',
            new MathExpression({
              expression: '100 * throttled / calls',
              usingMetrics: { throttled, calls: own('ProviderCalls') },
              label: '429',
              period,
            }),
          ),
        ],
        [
          graph('Credits spent', own('CreditsSpent')),
          graph('Checks per task, mean', each('Checks', ['task'], 'Average')),
          graph('Seconds in each phase, 90 % are under', each('PhaseSeconds', ['phase'], 'p90')),
        ],
        [
          graph('Sessions under way', own('SessionsUnderWay', 'Maximum')),
          graph('Sessions never started', own('SessionsNeverStarted', 'Maximum')),
          graph(
            'Errors of functions',
            ...functions.map((fn) => fn.metricErrors({ period, label: fn.node.id })),
          ),
        ],
        [
          graph(
            'Throttled invocations',
            ...functions.map((fn) => fn.metricThrottles({ period, label: fn.node.id })),
          ),
          graph(
            'Slowest runs of functions, ms',
            ...functions.map((fn) => fn.metricDuration({ period, statistic: 'Maximum', label: fn.node.id })),
          ),
          graph('Turns of sessions that the event bus did not take', own('EventsLost')),
        ],
      ],
    });
  }
}
