import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Config } from '../config.ts';
import { acknowledge, acknowledgeServerless } from './acknowledge.ts';

/** A queue of what could not be delivered, named after whom it was for; kept for two weeks. */
export function deadLetterQueue(scope: Construct, { stage }: Config, of: string): Queue {
  const queue = new Queue(scope, 'DeadLetters', {
    queueName: `chirpsmith-${stage}-${of}-dead-letters`,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  const itself = 'It is the queue of dead letters itself; a person reads it.';
  acknowledge(queue, 'SQS3', itself);
  acknowledgeServerless(queue, 'SQSRedrivePolicy', itself);
  return queue;
}
