import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { type AttributeValue, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { SessionKind } from '../../functions/shared/state-contracts.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { virtualClock } from '../../packages/local-servers/clock.ts';
import { runs } from './runs.ts';

/** What one session has used. */
export interface Counts {
  /** Tracks, files, or clips of music. */
  readonly pieces: number;
  /** From start to end, in the provider's time. */
  readonly seconds: number;
  readonly transitions: number;
  readonly invocations: number;
  readonly milliseconds: number;
  readonly gigabyteSeconds: number;
  readonly writes: number;
  /** Units of 1 KB, if every write were of the largest item. */
  readonly writeUnits: number;
  readonly reads: number;
  /** Units of 4 KB, if every query were of the whole session. */
  readonly readUnits: number;
  readonly puts: number;
  readonly gets: number;
  /** What is kept in the bucket, and leaves it once. */
  readonly audioBytes: number;
  readonly apiRequests: number;
  readonly secretCalls: number;
  readonly events: number;
  readonly logBytes: number;
}

/** What the times were measured on: cores, and processes that wanted one in the last 5 minutes. */
export interface MeasuredOn {
  readonly cores: number;
  readonly load: number;
}

export const measuredOn = (): MeasuredOn => ({ cores: availableParallelism(), load: loadavg()[1] ?? 0 });

/** Bytes of the access log's line for one request, as its format has it (infra/constructs/session-api.ts). */
const accessLogBytes = 350;
/**
 * A write of a session is a write of the item, one in the index by owner, and two in the index of sessions under way,
 * whose sort key changes with it.
 */
const writesPerSessionWrite = 4;

/**
 * Runs one session of a kind on a stack of its own, and counts. On a clock that jumps: a busy machine takes longer
 * and counts the same, but for the jitter of the first checks. Only the times of functions are the machine's.
 * @throws Error when it does not end well: the counts would not be of a whole run
 */
export async function countOneSession(kind: SessionKind): Promise<Counts> {
  const home = mkdtempSync(path.join(tmpdir(), 'chirpsmith-costs-'));
  const calls = new Map<string, number>();
  const used = { invocations: 0, milliseconds: 0, gigabyteSeconds: 0, transitions: 0 };
  let historyBytes = 0;
  const clock = virtualClock(Date.now());
  const stack = await startStack({
    home,
    port: 0,
    speed: 1,
    clock,
    sandbox: { seed: 'costs' },
    workers: { perFunction: 8, total: 40 },
    schedules: false,
    meter: {
      call: (action) => calls.set(action, (calls.get(action) ?? 0) + 1),
      invocation({ memoryMb }, ms) {
        used.invocations += 1;
        used.milliseconds += ms;
        used.gigabyteSeconds += (ms / 1000) * (memoryMb / 1024);
      },
      event(event) {
        if (event.type.endsWith('StateEntered')) used.transitions += 1;
        historyBytes += JSON.stringify(event).length;
      },
    },
  });
  try {
    const run = await runs[kind](stack.ready, { clock, folder: path.join(home, 'samples') });
    const called = (...actions: string[]) =>
      actions.reduce((sum, action) => sum + (calls.get(action) ?? 0), 0);
    const writes = called('dynamodb:PutItem', 'dynamodb:UpdateItem');
    const items = called('dynamodb:GetItem');
    const queries = called('dynamodb:Query');
    const counted = {
      puts: called('s3:PutObject'),
      gets: called('s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket'),
      secretCalls: called('secretsmanager:GetSecretValue'),
      events: called('events:PutEvents'),
    };
    const sizes = await itemSizes(stack, run.sessionId);
    await stack.close();
    const largest = Math.max(...sizes);
    const whole = sizes.reduce((sum, size) => sum + size, 0);
    return {
      ...used,
      ...counted,
      pieces: run.pieces,
      seconds: run.seconds,
      writes,
      writeUnits: writes * Math.ceil(largest / 1024) * writesPerSessionWrite,
      reads: items + queries,
      readUnits: items * Math.ceil(largest / 4096) + queries * Math.ceil(whole / 4096),
      audioBytes: run.audioBytes,
      apiRequests: run.requests,
      logBytes: bytesOfLogs(path.join(home, 'log')) + historyBytes + run.requests * accessLogBytes,
    };
  } finally {
    await stack.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** Bytes of every item of the session, a little more than DynamoDB counts: names, values and their types. */
async function itemSizes({ ready, assembly }: Stack, sessionId: string): Promise<number[]> {
  const { aws: endpoint, region, adminKey: credentials } = ready;
  const client = new DynamoDBClient({ endpoint, region, credentials });
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: assembly.tables[0]?.name,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: `SESSION#${sessionId}` } },
    }),
  );
  client.destroy();
  if (Items.length === 0) throw new Error('The session has no items.');
  return Items.map((item: Record<string, AttributeValue>) => Buffer.byteLength(JSON.stringify(item)));
}

/** What the functions have logged; the other logs are the local stack's own. */
function bytesOfLogs(directory: string): number {
  return readdirSync(directory)
    .filter((name) => name.startsWith('chirpsmith-'))
    .reduce((sum, name) => sum + statSync(path.join(directory, name)).size, 0);
}
