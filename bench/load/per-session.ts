import { itemSizes, writesPerSessionWrite } from '../costs/item-sizes.ts';
import { prices } from '../costs/prices.ts';
import type { MeasuredStack } from './measured-stack.ts';
import type { Usage } from './usage.ts';

/** What one session takes, on average of those that ran together. */
export interface PerSession {
  /** Of the stack's process, with all that it stands in for. */
  readonly cpuSeconds: number;
  readonly transitions: number;
  readonly invocations: number;
  /** To DynamoDB, S3 and Secrets Manager. */
  readonly requests: number;
  /** At the list prices, without Lambda's time: here functions wait for a worker, in AWS they do not. */
  readonly dollars: number;
}

export async function perSession(
  { ready, table }: Pick<MeasuredStack, 'ready' | 'table'>,
  sessionId: string,
  { before, after, sessions }: { before: Usage; after: Usage; sessions: number },
): Promise<PerSession> {
  const of = (...actions: string[]) =>
    actions.reduce((sum, action) => sum + (after.calls[action] ?? 0) - (before.calls[action] ?? 0), 0);
  const transitions = after.used.transitions - before.used.transitions;
  const invocations = after.used.invocations - before.used.invocations;
  const sizes = await itemSizes(ready, table, sessionId);
  const largest = Math.max(...sizes);
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  const writes = of('dynamodb:PutItem', 'dynamodb:UpdateItem');
  const [items, queries] = [of('dynamodb:GetItem'), of('dynamodb:Query')];
  const gets = of('s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket');
  const puts = of('s3:PutObject');
  const secretCalls = of('secretsmanager:GetSecretValue');
  const dollars =
    transitions * prices.transition +
    invocations * (prices.invocation + prices.trace) +
    writes * Math.ceil(largest / 1024) * writesPerSessionWrite * prices.writeUnit +
    (items * Math.ceil(largest / 4096) + queries * Math.ceil(whole / 4096)) * prices.readUnit +
    puts * prices.s3Put +
    gets * prices.s3Get +
    of('events:PutEvents') * prices.event +
    secretCalls * prices.secretCall;
  return {
    cpuSeconds: (after.cpuSeconds - before.cpuSeconds) / sessions,
    transitions: transitions / sessions,
    invocations: invocations / sessions,
    requests: (writes + items + queries + puts + gets + secretCalls) / sessions,
    dollars: dollars / sessions,
  };
}
