import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Config } from '../config.ts';
import { deadLetterQueue } from './dead-letters.ts';
import { WorkflowFunction } from './workflow-function.ts';

export const inboxFolder = 'inbox/';
/** Where a manifest that was meant for the inbox gets a report, and nothing else. */
export const nearlyInbox = ['Inbox/', 'INBOX/', '/inbox/'];

/** After that long a person has been told by the dead letters. */
const eventAge = Duration.hours(6);

/** The function that looks at a folder of the inbox, the rule that calls it for each new file, the dead letters. */
export class Inbox extends Construct {
  readonly fn: WorkflowFunction;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { config, bucketName }: { config: Config; bucketName: string }) {
    super(scope, id);
    this.deadLetters = deadLetterQueue(this);
    // Waits up to four minutes for files that a manifest lists.
    this.fn = new WorkflowFunction(this, 'Function', {
      config,
      folder: 'events/start-from-manifest',
      description: 'Starts a session from a manifest in the inbox',
      seconds: 300,
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
          bucket: { name: [bucketName] },
          object: { key: [inboxFolder, ...nearlyInbox].map((prefix) => ({ prefix })) },
        },
      },
      targets: [new LambdaFunction(this.fn, { maxEventAge: eventAge, deadLetterQueue: this.deadLetters })],
    });
  }
}
