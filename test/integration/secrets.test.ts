import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createdGenerationAnswer } from '../../functions/api/contract/music.ts';
import {
  createdSessionAnswer,
  type SessionAnswer,
  sessionListAnswer,
} from '../../functions/api/contract/session.ts';
import { accountOfKey, type ReadyInfo } from '../../local/index.ts';
import type { StackOptions } from '../../local/stack.ts';
import { virtualClock } from '../../packages/local-servers/clock.ts';
import { listenOnLoopback } from '../../packages/local-servers/loopback.ts';
import { startSandbox } from '../../packages/provider-sandbox/sandbox.ts';
import { textFile } from '../../test-support/audio-files/hostile.ts';
import { openStack, songs, type TestStack } from '../../test-support/local-stack.ts';
import { bucket, credentials } from '../../test-support/s3-bucket.ts';
import { asPerson, bucketBehindFront } from '../local/audio-way/bucket-behind-front.ts';
import { startEchoingProvider } from './echoing-provider.ts';

const key = 'ms-live-5up3r+s3cret/k3y=';
/**
 * Where a secret is at home: the key pair of the tokens, and what the public door signs with. The provider here is no
 * sandbox, so its key is in no file.
 */
const [tokensKeyFile, doorKeyFile] = [path.join('issuer', 'issuer-key.json'), 'audio-way-key'];
const keyFiles = [tokensKeyFile, doorKeyFile];

/** Every text that somebody could read afterwards, by the place where it is. */
type Places = Record<string, string>;

let home: string;
let places: Places;
let secrets: Record<string, string>;
let ended: Record<
  'unreachable' | 'ready' | 'lost' | 'refused' | 'failed' | 'unusable' | 'denied' | 'tunnelled',
  SessionAnswer
>;
let relayKey: string;
let urls: readonly string[];

/** A signed URL's parameter, escaped or not, unless its value was taken out. */
const signed = /x-amz-(signature|credential|security-token)(=|%3d|\\u003d)(?!\[removed\])/i;

/** What is where it must not be. */
function leaks(among: Places): string[] {
  return Object.entries(among).flatMap(([place, text]) => [
    ...(signed.test(text) ? [`${place}: a signed URL`] : []),
    ...Object.entries(secrets)
      .filter(([, secret]) => text.includes(secret) || text.includes(encodeURIComponent(secret)))
      .map(([name]) => `${place}: ${name}`),
  ]);
}

function filesOf(directory: string): Places {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((it) => it.isFile());
  return Object.fromEntries(
    files
      .map(({ parentPath, name }) => path.relative(directory, path.join(parentPath, name)))
      .filter((file) => !keyFiles.includes(file))
      // One character a byte: a secret is found in binary files as well.
      .map((file) => [file, readFileSync(path.join(directory, file), 'latin1')]),
  );
}

/** What the stack tells of the keys that it was started with. */
let accounts: ReadyInfo['accounts'];

/** The provider is not the sandbox itself, so it is asked whose the recordings are. */
const confirmed = { rights: true };

beforeAll(async () => {
  const clock = virtualClock();
  home = mkdtempSync(path.join(tmpdir(), 'chirpsmith-'));
  const directory = path.join(home, 'provider');
  const sandbox = await startSandbox({ port: 0, clock, key, seed: 'secrets', directory });
  const provider = await startEchoingProvider(sandbox.url);
  ({ relayKey } = sandbox);
  const place = await bucketBehindFront();
  asPerson(place.endpoint);
  const stackWith = (audio: NonNullable<StackOptions['audio']>) =>
    openStack({
      home,
      clock,
      provider: { baseUrl: provider.url, key },
      relay: { baseUrl: provider.url, key: relayKey },
      audio,
    });
  const chosen = { kind: 'bucket', bucket, prefix: 'music', keep: false } as const;
  const it_ = await stackWith({ chosen, env: process.env });

  place.behind.denied.add('s3:PutObject');
  const unreachable = await it_.run(await it_.upload(songs(6), confirmed));
  place.behind.denied.clear();

  ({ accounts } = it_.stack.ready);
  sandbox.fault({ call: 'upload', kind: 'task-failed', reason: 'Copyrighted material detected.' });
  sandbox.fault({
    call: 'upload',
    kind: 'task-failed',
    reason: 'Audio source not found.',
    code: 4001,
    after: 2,
  });
  provider.echo.refuse.upload = 1;
  provider.echo.garble.create = 1;
  const ready = await it_.run(await it_.upload(songs(8), { minClips: 6, ...confirmed }));

  sandbox.setFaults([{ call: 'create', kind: 'reset-before' }]);
  const lost = await it_.run(await it_.upload(songs(6), confirmed));

  provider.echo.refuse.create = 1;
  const sessionId = await it_.upload(songs(6), confirmed);
  const refused = await it_.run(sessionId);
  sandbox.setFaults([{ call: 'create', kind: 'task-failed', reason: 'Training failed.' }]);
  const failed = await it_.run(sessionId);

  const unusable = await it_.run(
    await it_.upload([...songs(6), { name: 'lyrics.mp3', bytes: textFile() }], confirmed),
  );
  provider.echo.deny.music = 1;
  const asked = await it_.call('POST', '/generations', { dialect: 'relay', prompt: 'rain' });
  const { session } = createdGenerationAnswer.parse(asked.body);
  await it_.ended(session.executionArn ?? '');
  const denied = await it_.session(session.sessionId);
  const uploadUrl = await misuse(it_);
  const ofBucket = secretsOf(it_);
  await it_.close(true);

  const doorPort = await freePort();
  const tunnel = { kind: 'tunnel', publicUrl: `http://localhost:${doorPort}` } as const;
  const again = await stackWith({ chosen: tunnel, doorPort });
  sandbox.setFaults([]);
  provider.echo.refuse.upload = 1;
  const tunnelled = await again.run(await again.upload(songs(8), { minClips: 6, ...confirmed }));
  const [link = ''] = [...provider.seen.urls].slice(-1);
  for (const refused of [link.replace('X-Amz-Expires=', 'X-Amz-Expires=1'), `${link}0`]) {
    expect((await fetch(refused)).status).toBe(403);
  }
  ended = { unreachable, ready, lost, refused, failed, unusable, denied, tunnelled };

  urls = [...provider.seen.urls, uploadUrl];
  secrets = { ...ofBucket, ...secretsOf(again), ...signaturesOf(urls) };
  const looked = await lookAround(again);
  looked.notices += it_.notices.join('\n');
  await again.close(true);
  await provider.close();
  await sandbox.close();
  await place.stop();
  vi.unstubAllEnvs();
  secrets['private key of the tokens'] = z
    .object({ d: z.string() })
    .parse(JSON.parse(readFileSync(path.join(home, tokensKeyFile), 'utf8'))).d;
  secrets['the key of the public door'] = readFileSync(path.join(home, doorKeyFile), 'utf8');
  places = { ...looked, ...filesOf(home) };
  // Nine sessions on two stacks: the longest preparation that there is.
}, 150_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Of a server that has ended. */
async function freePort(): Promise<number> {
  const { url, close } = await listenOnLoopback(createServer(), 0);
  await close();
  return Number(new URL(url).port);
}

/** Requests that are refused, for refusals are logged, too. */
async function misuse({ call, stack }: TestStack): Promise<string> {
  const files = songs(6).map(({ name }, index) => ({ name, size: 3, sha256: `${index}`.repeat(64) }));
  const created = await call('POST', '/sessions', { name: 'Misused', files, ...confirmed });
  const [upload] = createdSessionAnswer.parse(created.body).uploads;
  if (!upload) throw new Error('There is nothing to upload.');
  for (const url of [upload.url, upload.url.replace('X-Amz-Expires=', 'X-Amz-Expires=1')]) {
    const put = await fetch(url, { method: 'PUT', headers: upload.headers, body: 'abc' });
    expect(put.status).toBeGreaterThanOrEqual(400);
  }
  const other = await stack.token('somebody', { exp: 1 });
  expect((await call('GET', '/sessions', undefined, other)).status).toBe(401);
  expect((await call('POST', '/sessions', { name: stack.ready.token, files: [] })).status).toBe(400);
  return upload.url;
}

function secretsOf({ stack }: TestStack): Record<string, string> {
  const { ready, access, assembly } = stack;
  const way = ready.audio?.kind;
  const keys = [
    ['the person here', access.admin] as const,
    ...assembly.roles.map((role) => [role.name, access.credentialsFor(role.arn)] as const),
  ].map(([name, pair]) => [`the secret key of ${name}, with a ${way}`, pair.secretAccessKey] as const);
  return {
    'the key of the provider': key,
    'the key of the relay': relayKey,
    'the secret key of the bucket': credentials.secretAccessKey,
    [`a token, with a ${way}`]: ready.token,
    [`the secret of the links, with a ${way}`]: new URL(ready.audio?.links ?? '').pathname.slice(1),
    ...Object.fromEntries(keys),
  };
}

const signaturesOf = (links: readonly string[]) =>
  Object.fromEntries(
    links.map((url, index) => [
      `the signature of URL ${index + 1}`,
      new URL(url).searchParams.get('X-Amz-Signature') ?? '',
    ]),
  );

/** What the services of the running stack show to a person who may see everything. */
async function lookAround({
  call,
  history,
  stepFunctions,
  dynamodb,
  notices,
  stack,
}: TestStack): Promise<Places> {
  const { ready, assembly } = stack;
  const found: Places = { notices: notices.join('\n') };
  const list = await call('GET', '/sessions');
  found['GET /sessions'] = JSON.stringify(list.body);
  for (const { sessionId } of sessionListAnswer.parse(list.body).sessions) {
    found[`GET /sessions/${sessionId}`] = JSON.stringify((await call('GET', `/sessions/${sessionId}`)).body);
    const query = new QueryCommand({
      TableName: assembly.tables[0]?.name,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: `SESSION#${sessionId}` } },
    });
    found[`record ${sessionId}`] = JSON.stringify((await dynamodb.send(query)).Items);
  }
  const { stateMachineArn } = ready;
  const { executions = [] } = await stepFunctions.send(new ListExecutionsCommand({ stateMachineArn }));
  for (const { executionArn, name } of executions) {
    const execution = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    found[`execution ${name}`] = JSON.stringify(execution);
    found[`history ${name}`] = JSON.stringify(await history(executionArn));
  }
  return found;
}

describe('after runs that ended in every way, with a provider that echoes its requests', () => {
  it('they did end in those ways, and the words that are no secret were kept', () => {
    expect(ended).toMatchObject({
      unreachable: { status: 'failed', failure: { error: 'AudioUnreachable' } },
      ready: { status: 'ready' },
      lost: { status: 'needs-decision' },
      refused: { status: 'failed', failure: { error: 'ProviderRefused' } },
      failed: { status: 'failed', failure: { error: 'TrainingFailed' } },
      unusable: { status: 'failed', failure: { error: 'AudioRejected' } },
      denied: { status: 'needs-decision', failure: { error: 'NeedsDecision' } },
      tunnelled: { status: 'ready' },
    });
    const reasons = ended.ready.tracks.flatMap(({ failure }) => failure?.reason ?? []);
    expect(reasons).toContainEqual(
      expect.stringMatching(/^Copyrighted material detected\. cannot use "http/),
    );
    expect(reasons).toContainEqual(expect.stringMatching(/^cannot use "http.*\[removed\]/));
    expect(ended.denied.failure?.reason).toMatch(/lost \(generate: .*cannot use "http.*\[removed\]/);
    expect(ended.failed.failure?.reason).toContain('Training failed. cannot use "http');
  });

  it('the stack says which accounts its keys are of, and keeps no key', () => {
    expect(accounts).toEqual({
      PROVIDER_API_KEY: accountOfKey(key),
      RELAY_API_KEY: accountOfKey(relayKey),
    });
  });

  it('all of it was searched: notices, answers, records, executions, logs, files', () => {
    const names = Object.keys(places);
    const count = (prefix: string) => names.filter((name) => name.startsWith(prefix)).length;
    expect(count('history ')).toBe(7);
    expect(count('record ')).toBe(8);
    expect(count('GET /sessions/')).toBe(8);
    expect(count(`log${path.sep}chirpsmith-local-`)).toBeGreaterThanOrEqual(8);
    for (const directory of ['dynamodb', 'provider', 's3', 'step-functions']) {
      expect(count(directory + path.sep), directory).toBeGreaterThan(0);
    }
    // The database compresses its files when it compacts them, so the records are searched as they are read through it.
    const records = names.filter((name) => name.startsWith('record ')).map((name) => places[name]);
    expect(records.join('')).toContain('Copyrighted material detected.');
  });

  it('finds each secret where it is planted', () => {
    expect(urls.length).toBeGreaterThan(20);
    expect(Object.values(secrets).filter((secret) => secret.length < 20)).toEqual([]);
    const planted = path.join(home, 'log', 'planted');
    mkdirSync(planted);
    const names = Object.keys(secrets);
    for (const [index, name] of names.entries()) {
      writeFileSync(path.join(planted, String(index)), `\u0000before ${secrets[name]}\u0000after`);
    }
    writeFileSync(path.join(planted, 'url'), encodeURIComponent(urls[0] ?? ''));
    const found = leaks(filesOf(planted));
    rmSync(planted, { recursive: true });
    for (const [index, name] of names.entries()) expect(found).toContain(`${index}: ${name}`);
    expect(found).toContain('url: a signed URL');
  });

  it('finds none of them anywhere', () => {
    expect(leaks(places)).toEqual([]);
  });
});
