import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import type { Config } from '../../config.ts';
import type { Workflow } from '../workflow.ts';
import type { WorkflowFunction } from '../workflow-function.ts';
import { Alarms, type AlarmsProps } from './alarms.ts';
import { Dashboard } from './dashboard.ts';
import { Mail } from './operator-notifications.ts';

export interface OperatingProps {
  readonly config: Config;
  readonly workflows: readonly Workflow[];
  readonly sweep: WorkflowFunction;
  readonly recordFailure: WorkflowFunction;
  readonly api: HttpApi;
  /** Functions of no machine that are to be seen on the dashboard as well. */
  readonly others: readonly WorkflowFunction[];
  readonly deadLetters: AlarmsProps['deadLetters'];
}

/** What a person who looks after it sees, and is woken by. */
export function operating(scope: Construct, props: OperatingProps): void {
  const { config, workflows, sweep, recordFailure, api, others, deadLetters } = props;
  // Some are in two machines.
  const functions = [...new Set(workflows.flatMap((workflow) => workflow.functions))];
  const email = config.alarmEmail;
  const topic = email === undefined ? undefined : new Mail(scope, 'Mail', { config, email }).topic;
  const alarms = config.alarms
    ? new Alarms(scope, 'Alarms', {
        config,
        machines: workflows.map(({ machine }) => machine),
        sweep,
        recordFailure,
        api,
        deadLetters,
        topic,
      }).all
    : [];
  if (!config.dashboard) return;
  new Dashboard(scope, 'Dashboard', {
    config,
    workflows,
    functions: [...functions, sweep, ...others],
    alarms,
  });
}
