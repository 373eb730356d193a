import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { appendLine } from '../local-servers/append-line.ts';
import type { Queue } from './assembly.ts';
import { AwsError } from './aws-error.ts';
import type { Access } from './iam.ts';
import type { Invoker } from './lambda.ts';

const messageSchema = z.strictObject({
  messageId: z.string(),
  sentAt: z.iso.datetime(),
  body: z.string(),
  attributes: z.record(z.string(), z.string()),
});

/** A message as it was sent. */
export type QueueMessage = Readonly<z.infer<typeof messageSchema>>;

/** The queues of the template: what is sent to them is kept. Nothing of the template receives from a queue. */
export interface Queues {
  /** @throws AwsError when the queue's policy, or the sender's role, does not allow it */
  send(queueArn: string, by: Invoker, body: string, attributes?: Readonly<Record<string, string>>): void;
  /** Everything that was ever sent, oldest first. */
  messages(queueArn: string): readonly QueueMessage[];
}

export interface QueuesOptions {
  readonly queues: readonly Queue[];
  readonly access: Pick<Access, 'checkRole'>;
  /** A file for each queue, a line for each message. */
  readonly directory: string;
}

export function openQueues({ queues, access, directory }: QueuesOptions): Queues {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const find = (arn: string) => {
    const queue = queues.find((one) => one.arn === arn);
    if (!queue) throw new AwsError('QueueDoesNotExist', 400, `There is no queue ${arn}.`);
    return { queue, file: join(directory, `${queue.name}.jsonl`) };
  };

  return {
    send(queueArn, by, body, attributes = {}) {
      const { queue, file } = find(queueArn);
      if ('roleArn' in by) access.checkRole(by.roleArn, 'sqs:SendMessage', queueArn);
      else if (
        !queue.senders.some((one) => one.principal === by.principal && one.sourceArn === by.sourceArn)
      ) {
        const who = `${by.principal} (${by.sourceArn})`;
        throw new AwsError(
          'AccessDeniedException',
          403,
          `The policy of ${queue.name} does not let ${who} send.`,
        );
      }
      const message = { messageId: randomUUID(), sentAt: new Date().toISOString(), body, attributes };
      const fd = openSync(file, 'a', 0o600);
      try {
        appendLine(fd, JSON.stringify(message));
      } finally {
        closeSync(fd);
      }
    },
    messages(queueArn) {
      const { file } = find(queueArn);
      if (!existsSync(file)) return [];
      const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
      return lines.map((line) => messageSchema.parse(JSON.parse(line)));
    },
  };
}
