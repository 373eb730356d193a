import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { trigger } from '../../functions/event-handlers/sweep/trigger.ts';
import type { FunctionContext } from './grants.ts';
import { acknowledgeServerless } from './nag-suppressions.ts';
import { specFunction } from './spec-functions.ts';
import type { WorkflowFunction } from './workflow-function.ts';

const interval = Duration.minutes(15);

/** The function that looks after sessions left behind, and the schedule that calls it. */
export class Sweep extends Construct {
  readonly fn: WorkflowFunction;

  constructor(scope: Construct, id: string, where: FunctionContext) {
    super(scope, id);
    this.fn = specFunction(this, 'Function', {
      room: 'event-handlers',
      spec: trigger,
      about: trigger.about,
      where,
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
