import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type AttributeValue, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetExecutionHistoryCommand, type HistoryEvent, SFNClient } from '@aws-sdk/client-sfn';
import { createApiClient } from '../../cli/api-client.ts';
import { makeSamples } from '../../cli/samples/make-samples.ts';
import { isUnderWay } from '../../cli/session-changes.ts';
import { localTokens } from '../../cli/tokens.ts';
import { type Stack, startStack } from '../../local/stack.ts';

/** What one session has used. */
export interface Counts {
  readonly tracks: number;
  /** From start to model, in the provider's time. */
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
  readonly audioBytes: number;
  readonly apiRequests: number;
  readonly secretCalls: number;
  readonly logBytes: number;
  readonly modelId: string | undefined;
  /** What the times were measured on: cores, and processes that wanted one in the last 5 minutes. */
  readonly cores: number;
  readonly load: number;
}

/** Bytes of the access log's line for one request, as its format has it (infra/constructs/session-api.ts). */
const accessLogBytes = 350;
/**
 * A write of a session is a write of the item, one in the index by owner, and two in the index of sessions under way,
 * whose sort key changes with it.
 */
const writesPerSessionWrite = 4;

/** Runs one session on the sample pieces, at the given speed, on a stack of its own, and counts. */
export async function countOneSession(speed: number): Promise<Counts> {
  const home = mkdtempSync(path.join(tmpdir(), 'chirpsmith-costs-'));
  const calls = new Map<string, number>();
  const used = { invocations: 0, milliseconds: 0, gigabyteSeconds: 0 };
  const stack = await startStack({
    home,
    port: 0,
    speed,
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
    },
  });
  try {
    const run = await trainOnce(stack, path.join(home, 'samples'));
    const called = (...actions: string[]) =>
      actions.reduce((sum, action) => sum + (calls.get(action) ?? 0), 0);
    const writes = called('dynamodb:PutItem', 'dynamodb:UpdateItem');
    const items = called('dynamodb:GetItem');
    const queries = called('dynamodb:Query');
    const s3 = {
      puts: called('s3:PutObject'),
      gets: called('s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket'),
    };
    const secretCalls = called('secretsmanager:GetSecretValue');
    const sizes = await itemSizes(stack, run.sessionId);
    const history = await historyOf(stack, run.executionArn);
    await stack.close();
    const largest = Math.max(...sizes);
    const whole = sizes.reduce((sum, size) => sum + size, 0);
    const logged = bytesOfLogs(path.join(home, 'log')) + JSON.stringify(history).length;
    return {
      ...used,
      ...s3,
      secretCalls,
      tracks: run.tracks,
      seconds: run.seconds * speed,
      transitions: history.filter(({ type }) => type?.endsWith('StateEntered')).length,
      writes,
      writeUnits: writes * Math.ceil(largest / 1024) * writesPerSessionWrite,
      reads: items + queries,
      readUnits: items * Math.ceil(largest / 4096) + queries * Math.ceil(whole / 4096),
      audioBytes: run.audioBytes,
      apiRequests: run.requests,
      logBytes: logged + run.requests * accessLogBytes,
      modelId: run.modelId,
      cores: availableParallelism(),
      load: loadavg()[1] ?? 0,
    };
  } finally {
    await stack.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** What the command line does: declares, uploads, starts, and looks as often as the API says. */
async function trainOnce({ ready }: Stack, folder: string) {
  let requests = 0;
  const client = createApiClient(ready.api, localTokens(ready, undefined), {
    fetch: (...request) => {
      requests += 1;
      return fetch(...request);
    },
  });
  const files = (await makeSamples(folder)).map((file) => {
    const bytes = readFileSync(file);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { name: path.basename(file), size: bytes.length, sha256, bytes };
  });
  const { sessionId, uploads } = await client.createSession({
    name: 'Costs',
    files: files.map(({ name, size, sha256 }) => ({ name, size, sha256 })),
    minClips: 6,
    skipInvalid: false,
    review: false,
  });
  for (const { url, headers, file } of uploads) {
    const body = files.find(({ name }) => name === file)?.bytes;
    const answer = await fetch(url, { method: 'PUT', headers, body: body ? new Uint8Array(body) : null });
    if (!answer.ok) throw new Error(`${file} was not uploaded: ${answer.status}`);
  }
  const began = performance.now();
  await client.startSession(sessionId);
  for (;;) {
    const { session, retryAfter = 2 } = await client.getSession(sessionId);
    if (!isUnderWay(session.status)) {
      return {
        sessionId,
        executionArn: session.executionArn,
        modelId: session.modelId,
        requests,
        seconds: (performance.now() - began) / 1000,
        tracks: session.tracks.length,
        audioBytes: files.reduce((sum, { size }) => sum + size, 0),
      };
    }
    await delay(retryAfter * 1000);
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

async function historyOf({ ready }: Stack, executionArn: string | undefined): Promise<HistoryEvent[]> {
  const { aws: endpoint, region, adminKey: credentials } = ready;
  const client = new SFNClient({ endpoint, region, credentials });
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(new GetExecutionHistoryCommand({ executionArn, nextToken }));
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  client.destroy();
  return events;
}

/** What the functions have logged; the other logs are the local stack's own. */
function bytesOfLogs(directory: string): number {
  return readdirSync(directory)
    .filter((name) => name.startsWith('chirpsmith-'))
    .reduce((sum, name) => sum + statSync(path.join(directory, name)).size, 0);
}
