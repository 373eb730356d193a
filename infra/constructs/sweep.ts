import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { Config } from '../config.ts';
import { acknowledgeServerless } from './acknowledge.ts';
import { WorkflowFunction } from './workflow-function.ts';

const interval = Duration.minutes(15);

/** The function that looks after sessions left behind, and the schedule that calls it. */
export class Sweep extends Construct {
  readonly fn: WorkflowFunction;

  constructor(scope: Construct, id: string, { config }: { config: Config }) {
    super(scope, id);
    // Up to a hundred sessions, with a call or two to AWS for each.
    this.fn = new WorkflowFunction(this, 'Function', {
      config,
      folder: 'events/sweep',
      description: 'Finds sessions whose execution is gone',
      seconds: 120,
    });
    const schedule = new Rule(this, 'Schedule', {
      description: 'Calls the sweep',
      schedule: Schedule.rate(interval),
      // One that comes late has nothing to say that the next one does not.
      targets: [new LambdaFunction(this.fn, { maxEventAge: interval, retryAttempts: 2 })],
    });
    acknowledgeServerless(
      schedule,
      'EventBusDLQ',
      'A call that is lost says nothing that the next one does not find.',
    );
  }
}
