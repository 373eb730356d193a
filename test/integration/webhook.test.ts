import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createdGenerationAnswer } from '../../functions/api/contract/music.ts';
import { buildBundles } from '../../infra/constructs/bundling.ts';
import { synthesize } from '../../local/synth.ts';
import { type Assembly, readAssembly } from '../../packages/local-aws/assembly.ts';
import type { BusEvent } from '../../packages/local-aws/event-bridge.ts';
import { virtualClock } from '../../packages/local-servers/clock.ts';
import { assemblyHome, openStack, type TestStack } from '../../test-support/local-stack.ts';
import { configured, synthesized } from '../infra/synthesized.ts';
import { countDepths } from '../monitoring/queue-depths.ts';
import { seenMetrics } from '../monitoring/seen-metrics.ts';
import { isRaised, templateAlarms } from '../monitoring/template-alarms.ts';
import { documentedCheck, type Received, startReceiver } from './webhook-receiver.ts';

// The template as it is for a stage with a webhook. Stage local has none, whatever is configured, so that nobody's
// tests write to somebody; the one that is sent to here is this test's own.

const clock = virtualClock();
const directory = mkdtempSync(path.join(tmpdir(), 'chirpsmith-webhook-'));
const received: (Received & { at: number; status: number })[] = [];
let answer: (received: Received) => number;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let it_: TestStack;
let alarm: ReturnType<ReturnType<typeof templateAlarms>['get']>;
let secret: string;
let isOurs: Awaited<ReturnType<typeof documentedCheck>>;

beforeAll(async () => {
  receiver = await startReceiver((request) => {
    const status = answer(request);
    received.push({ ...request, at: clock.now(), status });
    return status;
  });
  const { app, service } = synthesized({ ...configured(), webhookUrl: receiver.url });
  alarm = templateAlarms(service).get('dead-letters-webhook');
  const code = readAssembly(await synthesize({ home: assemblyHome })).functions;
  it_ = await openStack({
    clock,
    assembly: app.synth().directory,
    change: (assembly) => withCode(assembly, code),
  });
  isOurs = await documentedCheck(directory);
  secret = await sharedSecret();
});
afterAll(async () => {
  await it_.close();
  await receiver.close();
  rmSync(directory, { recursive: true });
});

/** The bundles that all tests share, and the one function that they lack; it trusts the receiver's certificate. */
function withCode(assembly: Assembly, code: Assembly['functions']): Assembly {
  const own = path.join(directory, 'send-webhook');
  mkdirSync(own);
  const folder = 'event-handlers/send-webhook';
  for (const [file, bytes] of buildBundles([folder]).get(folder)?.files ?? [])
    writeFileSync(path.join(own, file), bytes);
  const NODE_EXTRA_CA_CERTS = path.join(directory, 'receiver.pem');
  writeFileSync(NODE_EXTRA_CA_CERTS, receiver.certificate);
  return {
    ...assembly,
    functions: assembly.functions.map((fn) => {
      if (fn.name.endsWith('-send-webhook'))
        return { ...fn, directory: own, environment: { ...fn.environment, NODE_EXTRA_CA_CERTS } };
      return { ...fn, directory: code.find(({ name }) => name === fn.name)?.directory ?? fn.directory };
    }),
  };
}

/** As a receiver is given it by whoever may read the secret of the stack. */
async function sharedSecret(): Promise<string> {
  const { ready, assembly } = it_.stack;
  const { aws: endpoint, region, adminKey: credentials } = ready;
  const SecretId = assembly.functions.find(({ name }) => name.endsWith('-send-webhook'))?.environment
    .WEBHOOK_SECRET;
  const client = new SecretsManagerClient({ endpoint, region, credentials });
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
  client.destroy();
  return SecretString;
}

const since = (from: number) => received.slice(from);
const event = (id: string): BusEvent => ({
  version: '0',
  id,
  'detail-type': 'Session status changed',
  source: 'chirpsmith.local',
  account: '123456789012',
  time: '2026-11-21T03:00:00Z',
  region: 'us-east-1',
  resources: [],
  detail: { schema: 1, sessionId: 's' },
});
const letters = () =>
  it_.stack.assembly.queues
    .filter(({ name }) => name.includes('Webhook'))
    .flatMap(({ arn }) => it_.stack.queues.messages(arn));

it('delivers each change of status, signed so that the documented check accepts it', async () => {
  answer = () => 204;
  const [from, before] = [received.length, letters().length];
  const told: BusEvent[] = [];
  const end = it_.stack.eventBridge.listen((one) => told.push(one));
  const wish = { model: 'chirp-v55', prompt: 'rain', tags: 'slow' };
  const { session } = createdGenerationAnswer.parse((await it_.call('POST', '/generations', wish)).body);
  await it_.ended(session.executionArn ?? '');
  await it_.stack.eventBridge.settled();
  end();

  const turns = since(from).filter(({ event }) => event.detail.sessionId === session.sessionId);
  const byVersion = turns.toSorted(
    (a, b) => Number(a.event.detail.recordVersion) - Number(b.event.detail.recordVersion),
  );
  expect(byVersion.map(({ event }) => event.detail.status)).toEqual([
    'open',
    'preparing',
    'creating',
    'generating',
    'copying',
    'ready',
  ]);
  const own = told.filter(({ source }) => source === 'chirpsmith.local');
  expect(
    since(from)
      .map(({ event }) => event.id)
      .sort(),
  ).toEqual(own.map(({ id }) => id).sort());
  for (const { header, body, event } of since(from)) {
    expect(event).toMatchObject({ type: 'Session status changed', source: 'chirpsmith.local' });
    expect(isOurs(header, body, secret)).toBe(true);
  }
  expect(letters()).toHaveLength(before);
});

it('is rejected by the documented check when it is changed, old, or signed with another key', async () => {
  const from = received.length;
  answer = () => 204;
  it_.stack.eventBridge.publish(event('e-own'));
  await it_.stack.eventBridge.settled();
  const [{ header, body } = { header: '', body: '' }] = since(from);
  expect(isOurs(header, body, secret)).toBe(true);
  expect(isOurs(header, body.replace('"schema":1', '"schema":2'), secret)).toBe(false);
  expect(isOurs(header.replace(/t=\d+/, 't=1700000000'), body, secret)).toBe(false);
  expect(isOurs(header, body, it_.stack.sandbox?.key ?? '')).toBe(false);
  expect(isOurs('', body, secret)).toBe(false);
});

it('is sent again a minute after a 500, under the same id', async () => {
  const [from, before] = [received.length, letters().length];
  answer = () => (received.length === from ? 500 : 200);
  it_.stack.eventBridge.publish(event('e-again'));
  await it_.stack.eventBridge.settled();
  const attempts = since(from);
  expect(attempts.map(({ status }) => status)).toEqual([500, 200]);
  expect(attempts.map(({ event }) => event.id)).toEqual(['e-again', 'e-again']);
  expect(attempts.every(({ header, body }) => isOurs(header, body, secret))).toBe(true);
  expect(waits(attempts)).toEqual([60]);
  expect(letters()).toHaveLength(before);
});

it('is a dead letter that raises its alarm, when none of three attempts is answered well', async () => {
  if (!alarm) throw new Error('There is no alarm.');
  const depth = () => {
    const seen = seenMetrics();
    countDepths(seen, it_.stack);
    return seen;
  };
  expect(isRaised(alarm, depth())).toBe(false);
  const from = received.length;
  answer = () => 503;
  it_.stack.eventBridge.publish(event('e-lost'));
  await it_.stack.eventBridge.settled();
  expect(waits(since(from))).toEqual([60, 120]);
  expect(letters().map(({ body }) => JSON.parse(body))).toMatchObject([
    {
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
      requestPayload: { id: 'e-lost' },
      responsePayload: { errorMessage: 'Error: The webhook answered 503.' },
    },
  ]);
  expect(isRaised(alarm, depth())).toBe(true);
  expect(JSON.stringify(letters())).not.toContain(secret);
});

/** Seconds of the stack's clock between attempts. */
const waits = (attempts: readonly { at: number }[]) =>
  attempts.slice(1).map(({ at }, index) => Math.round((at - (attempts[index]?.at ?? 0)) / 1000));
