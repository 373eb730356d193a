import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { trigger } from '../../functions/event-handlers/send-webhook/trigger.ts';
import { eventSource } from '../../functions/shared/event-types.ts';
import { deadLetterQueue } from './dead-letters.ts';
import type { FunctionContext } from './grants.ts';
import { acknowledge } from './nag-suppressions.ts';
import { specFunction } from './spec-functions.ts';
import type { WorkflowFunction } from './workflow-function.ts';

/** After that long an event is no news any more. */
const eventAge = Duration.hours(6);

/** Brings every event of the stage, signed, to one URL: the function, its secret, the rule, the dead letters. */
export class Webhook extends Construct {
  readonly fn: WorkflowFunction;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { url, ...where }: FunctionContext & { url: string }) {
    super(scope, id);
    const { config } = where;
    this.deadLetters = deadLetterQueue(this);
    // Of AWS's making, the value and the name: a deleted secret keeps its name for weeks.
    const secret = new Secret(this, 'Secret', {
      description: 'Signs what the webhook is sent; the receiver has it too',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(
      secret,
      'SMG4',
      'The receiver holds the same value: a person changes it on both sides, and it is picked up within minutes.',
    );
    const webhook = { url, secretArn: secret.secretArn };
    this.fn = specFunction(this, 'Function', {
      room: 'event-handlers',
      spec: trigger,
      about: trigger.about,
      where: { ...where, webhook },
    });
    // Lambda tries twice more, a minute and then two later.
    this.fn.configureAsyncInvoke({
      maxEventAge: eventAge,
      retryAttempts: 2,
      onFailure: new SqsDestination(this.deadLetters),
    });
    new Rule(this, 'Events', {
      description: 'Sends every event of the stage to the webhook',
      eventPattern: { source: [eventSource(config.stage)] },
      targets: [new LambdaFunction(this.fn, { maxEventAge: eventAge, deadLetterQueue: this.deadLetters })],
    });
    new CfnOutput(this, 'SecretArn', { value: secret.secretArn });
  }
}
