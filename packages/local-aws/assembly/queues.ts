import { z } from 'zod';
import type { Queue } from './model.ts';
import { attribute, parseProperties, type Resource } from './resource.ts';

/** A property that changes nothing for what runs on this machine. */
const harmless = z.unknown().optional();

const queueSchema = z.strictObject({
  QueueName: z.string().optional(),
  // No consumer receives from a queue here: messages stay until the folder is deleted.
  MessageRetentionPeriod: harmless,
  VisibilityTimeout: harmless,
  SqsManagedSseEnabled: harmless,
  Tags: harmless,
});

/** A service that sends on behalf of one resource: EventBridge for a rule. */
const lets = z.strictObject({
  Sid: harmless,
  Effect: z.literal('Allow'),
  Action: z.literal('sqs:SendMessage'),
  Principal: z.strictObject({ Service: z.string() }),
  Resource: z.string(),
  Condition: z.strictObject({ ArnEquals: z.strictObject({ 'aws:SourceArn': z.string() }) }),
});

/** All is plain HTTP on loopback here, so nothing could be held to it. */
const demandsTls = z.strictObject({
  Sid: harmless,
  Effect: z.literal('Deny'),
  Action: z.literal('sqs:*'),
  Principal: z.unknown(),
  Resource: z.string(),
  Condition: z.strictObject({ Bool: z.strictObject({ 'aws:SecureTransport': z.literal('false') }) }),
});

const policySchema = z.strictObject({
  Queues: z.array(z.string()),
  PolicyDocument: z.strictObject({
    Version: z.literal('2012-10-17'),
    Statement: z.array(
      z.union([lets, demandsTls], {
        error: 'only demands for TLS and services that send for one resource are known to the local runtime',
      }),
    ),
  }),
});

/** The queues, each with the principals that its policy allows to send. */
export function readQueues(queues: readonly Resource[], policies: readonly Resource[]): Queue[] {
  const statements = policies.flatMap(
    (policy) => parseProperties(policySchema, policy).PolicyDocument.Statement,
  );
  return queues.map((resource) => {
    parseProperties(queueSchema, resource);
    const arn = attribute(resource, 'Arn');
    return {
      name: attribute(resource, 'QueueName'),
      arn,
      senders: statements.flatMap((statement) =>
        statement.Effect === 'Allow' && statement.Resource === arn
          ? [
              {
                principal: statement.Principal.Service,
                sourceArn: statement.Condition.ArnEquals['aws:SourceArn'],
              },
            ]
          : [],
      ),
    };
  });
}
