import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { MetricName } from '../../../functions/observability/metrics.ts';
import type { Config } from '../../config.ts';
import type { Workflow } from '../workflow.ts';
import type { WorkflowFunction } from '../workflow-function.ts';
import { customMetric, eachOf, minutes } from './custom-metric.ts';

export interface DashboardProps {
  readonly config: Config;
  readonly workflows: readonly Pick<Workflow, 'machine' | 'name'>[];
  readonly functions: readonly WorkflowFunction[];
  readonly alarms: readonly Alarm[];
}

const period = minutes(15);

/** One page for the person who looks after it: is anything wrong, what ended how, what it cost, what is slow. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { config, workflows, functions, alarms }: DashboardProps) {
    super(scope, id);
    const each = (name: MetricName, dimensions: readonly string[], statistic?: string) =>
      eachOf(config, name, { dimensions, period, ...(statistic && { statistic }) });
    const own = (name: MetricName, statistic?: string) =>
      customMetric(config, name, { period, label: name, ...(statistic && { statistic }) });
    const graph = (title: string, ...left: IMetric[]) =>
      new GraphWidget({ title, left, width: 8, height: 6, leftYAxis: { min: 0 } });
    const executions = workflows.map(({ machine, name }) =>
      graph(
        `Executions of ${name}`,
        machine.metricStarted({ period, label: 'started' }),
        machine.metricSucceeded({ period, label: 'succeeded' }),
        machine.metricFailed({ period, label: 'failed' }),
        machine.metricTimedOut({ period, label: 'timed out' }),
        machine.metricAborted({ period, label: 'stopped by a person' }),
      ),
    );
    const throttled = customMetric(config, 'ProviderCalls', {
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
        alarms.length === 0
          ? []
          : [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24, height: 3 })],
        executions,
        [
          graph('Sessions by kind and outcome', each('Sessions', ['kind', 'outcome'])),
          graph('Failures by error', each('Sessions', ['outcome', 'error'])),
          graph('Sessions under way', own('SessionsUnderWay', 'Maximum')),
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
          graph('Credits spent', own('CreditsSpent'), each('CreditsSpent', ['task'])),
          graph('Checks per task, mean', each('Checks', ['task'], 'Average')),
          graph('Seconds in each phase, 90 % are under', each('PhaseSeconds', ['kind', 'phase'], 'p90')),
        ],
        [
          graph('Sessions never started', own('SessionsNeverStarted', 'Maximum')),
          graph('Turns of sessions that the event bus did not take', own('EventsLost')),
          graph(
            'Errors of functions',
            ...functions.map((fn) => fn.metricErrors({ period, label: fn.node.id })),
          ),
        ],
        [
          graph(
            'Throttled invocations',
            // All functions of the account, as the alarm has it.
            new MathExpression({
              expression: `SEARCH('{AWS/Lambda,FunctionName} MetricName="Throttles"', 'Sum', ${period.toSeconds()})`,
              label: '',
              period,
            }),
          ),
        ],
      ],
    });
  }
}
