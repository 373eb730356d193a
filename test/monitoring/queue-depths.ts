import type { Assembly } from '../../packages/local-aws/assembly.ts';
import type { Queues } from '../../packages/local-aws/sqs.ts';
import type { SeenMetrics } from './seen-metrics.ts';

/** What SQS counts of its queues. Nobody receives from them, so all that was ever sent still lies there. */
export function countDepths(
  seen: SeenMetrics,
  { assembly, queues }: { assembly: Pick<Assembly, 'queues'>; queues: Pick<Queues, 'messages'> },
): void {
  for (const { name, arn } of assembly.queues) {
    const metric = {
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: { QueueName: name },
    };
    seen.add(metric, queues.messages(arn).length);
  }
}
