import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge, acknowledgeServerless } from './nag-suppressions.ts';

/** A queue of what could not be delivered; kept for two weeks. SQS keeps the name of a deleted queue for a minute: AWS makes it. */
export function deadLetterQueue(scope: Construct): Queue {
  const queue = new Queue(scope, 'DeadLetters', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  const itself = 'It is the queue of dead letters itself; a person reads it.';
  acknowledge(queue, 'SQS3', itself);
  acknowledgeServerless(queue, 'SQSRedrivePolicy', itself);
  return queue;
}
