import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { trigger } from '../../functions/event-handlers/start-from-manifest/trigger.ts';
import { inboxFolders } from '../../functions/shared/inbox-folders.ts';
import { deadLetterQueue } from './dead-letters.ts';
import type { FunctionContext } from './grants.ts';
import { specFunction } from './spec-functions.ts';
import type { WorkflowFunction } from './workflow-function.ts';

/** After that long the dead letters have raised an alarm. */
const eventAge = Duration.hours(6);

/** The function that looks at a folder of the inbox, the rule that calls it for each new file, the dead letters. */
export class Inbox extends Construct {
  readonly fn: WorkflowFunction;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, where: FunctionContext) {
    super(scope, id);
    const { bucket } = where.storage;
    this.deadLetters = deadLetterQueue(this);
    this.fn = specFunction(this, 'Function', {
      room: 'event-handlers',
      spec: trigger,
      about: trigger.about,
      where,
    });
    // Lambda tries twice more what the function failed on; EventBridge, what it could not hand over to Lambda.
    this.fn.configureAsyncInvoke({
      maxEventAge: eventAge,
      retryAttempts: 2,
      onFailure: new SqsDestination(this.deadLetters),
    });
    new Rule(this, 'Uploads', {
      description: 'Calls the inbox for every file that is put into it',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        // A pattern cannot leave out the function's own files as well; it leaves them alone by their names.
        detail: {
          bucket: { name: [bucket.bucketName] },
          object: { key: inboxFolders.map((prefix) => ({ prefix })) },
        },
      },
      targets: [new LambdaFunction(this.fn, { maxEventAge: eventAge, deadLetterQueue: this.deadLetters })],
    });
  }
}
