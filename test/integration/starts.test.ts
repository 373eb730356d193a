import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListExecutionsCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Session, Track } from '../../functions/domain/session.ts';
import { sessionIdOf } from '../../functions/domain/session-id.ts';
import { createWholeSessionStore } from '../../functions/storage/whole-session-store.ts';
import { objectEvent } from '../../packages/local-aws/s3/events.ts';
import {
  sharedStack,
  sinceNow,
  songs,
  type TestFile,
  type TestStack,
} from '../../test-support/local-stack.ts';

let it_: TestStack;
let s3: S3Client;
let store: ReturnType<typeof createWholeSessionStore>;
beforeAll(async () => {
  it_ = await sharedStack();
  const { ready, assembly } = it_.stack;
  const options = { region: ready.region, credentials: ready.adminKey };
  s3 = new S3Client({ ...options, endpoint: ready.s3, forcePathStyle: true });
  store = createWholeSessionStore({
    client: DynamoDBDocumentClient.from(it_.dynamodb),
    tableName: assembly.tables[0]?.name ?? '',
    clock: Date.now,
  });
});
afterAll(() => s3.destroy());

async function put(key: string, content: Uint8Array | object) {
  const Body = content instanceof Uint8Array ? content : JSON.stringify(content);
  // With it, what the session is recorded with is the same as of a file that was declared.
  const ChecksumAlgorithm = 'SHA256';
  await s3.send(new PutObjectCommand({ Bucket: it_.stack.ready.bucket, Key: key, Body, ChecksumAlgorithm }));
}

async function json(key: string): Promise<unknown> {
  const found = await s3.send(new GetObjectCommand({ Bucket: it_.stack.ready.bucket, Key: key }));
  return JSON.parse((await found.Body?.transformToString()) ?? '');
}

const putAll = (folder: string, files: readonly TestFile[]) =>
  Promise.all(files.map(({ name, bytes }) => put(folder + name, bytes)));

/** The executions that the inbox has started so far. */
async function startedByInbox(): Promise<string[]> {
  const { stateMachineArn, batchMachineArn } = it_.stack.ready;
  const lists = await Promise.all(
    [stateMachineArn, batchMachineArn].map((arn) =>
      it_.stepFunctions.send(new ListExecutionsCommand({ stateMachineArn: arn })),
    ),
  );
  return lists
    .flatMap(({ executions = [] }) => executions)
    .flatMap(({ name, executionArn = '' }) => (name?.startsWith('inbox-') ? [executionArn] : []));
}

/** The sessions of the executions that the inbox starts during some work, once these have ended. */
async function inboxSessions(work: () => Promise<unknown>): Promise<string[]> {
  const before = await startedByInbox();
  await work();
  await it_.stack.eventBridge.settled();
  const started = (await startedByInbox()).filter((arn) => !before.includes(arn));
  for (const arn of started) await it_.ended(arn);
  return started.map(sessionIdOf);
}

async function fromConsole(input: object) {
  const { stateMachineArn } = it_.stack.ready;
  const command = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
  const { executionArn = '' } = await it_.stepFunctions.send(command);
  return { sessionId: sessionIdOf(executionArn), execution: await it_.ended(executionArn) };
}

/** As the bucket sends it for an object that was put. */
function eventOf(key: string) {
  const { assembly } = it_.stack;
  const [bucket] = assembly.buckets;
  if (!bucket) throw new Error('The template has no bucket.');
  const checksum = { algorithm: 'SHA256', value: '', type: 'FULL_OBJECT' } as const;
  const version = { key, id: 'f'.repeat(32), size: 1, etag: '', checksum, contentType: '' };
  const put = { ...version, lastModified: new Date(0).toISOString() };
  return objectEvent({ put, by: 'PutObject' }, { bucket, ...assembly, now: new Date(0) });
}

/** What a record holds when it is told apart neither by its start nor by what the provider made of it. */
async function recordOf(sessionId: string) {
  const found = await store.require(sessionId);
  const { tracks } = found;
  // Only the API is told the bytes before the session is recorded.
  const { contentKey: _known, ...session } = found.session;
  const changing: readonly (keyof Session | keyof Track)[] = [
    ...([
      'sessionId',
      'owner',
      'runBy',
      'startedBy',
      'createdAt',
      'updatedAt',
      'statusSince',
      'expiresAt',
      'version',
    ] as const),
    ...(['executionArn', 'providerSessionId', 'create', 'modelId'] as const),
    // When a run checks follows from how long the provider's tasks took before it.
    'checkTimes',
    ...([
      'source',
      'taskId',
      'submittedAt',
      'finishedAt',
      'providerSeconds',
      'clipId',
      'calls',
      'journal',
    ] as const),
  ];
  // What differs from start to start must be there all the same.
  const masked = (record: object) =>
    Object.fromEntries(
      Object.entries(record).map(([name, value]) => [
        name,
        changing.some((one) => one === name) ? 'there' : value,
      ]),
    );
  return { session: masked(session), tracks: tracks.map(masked) };
}

describe('a session', () => {
  const folder = 'inbox/night drive + café/';
  const files = songs(6);
  const fields = { name: 'Night Drive', minClips: 6, skipInvalid: false };
  let byManifest: string;

  // Two runs in a row may take a minute on a busy machine, and so may a stack's first one.
  it('by a manifest whose event comes before the audio, five times, late and out of order, is one', {
    timeout: 60_000,
  }, async () => {
    const { sums, letters } = sinceNow(it_);
    const manifest = { ...fields, audio: files.map(({ name }) => name) };
    const report = `${folder}manifest.error.json`;
    const sessions = await inboxSessions(async () => {
      await put(`${folder}manifest.json`, { ...fields, audio: [] });
      await it_.stack.eventBridge.settled();
      expect(await json(report)).toMatchObject({ problems: [{ where: 'audio' }] });
      await put(`${folder}manifest.json`, manifest);

      const again = () => it_.stack.eventBridge.publish(eventOf(`${folder}manifest.json`));
      again();
      await putAll(folder, files);
      for (let time = 2; time <= 5; time++) again();
    });
    expect(sessions).toHaveLength(1);
    [byManifest = ''] = sessions;
    expect(await it_.session(byManifest)).toMatchObject({ status: 'ready', name: fields.name });
    // Late: the session has ended long ago.
    const late = await inboxSessions(async () =>
      it_.stack.eventBridge.publish(eventOf(`${folder}manifest.json`)),
    );
    expect(late).toEqual([]);
    await expect(json(report)).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(sums().calls).toMatchObject({ prepare: 1, upload: 6, create: 1 });
    expect(letters()).toEqual([]);
  });

  it('ends in a model with the same record, whichever of the three starts it had', {
    timeout: 60_000,
  }, async () => {
    const api = await it_.upload(files, fields);
    expect(await it_.run(api)).toMatchObject({ status: 'ready', startedBy: 'api' });

    expect(await it_.session(byManifest)).toMatchObject({ status: 'ready', startedBy: 'manifest' });

    const audio = files.map(({ name }) => `s3://${it_.stack.ready.bucket}/${folder}${name}`);
    const { sessionId: console } = await fromConsole({ ...fields, audio, owner: 'local' });
    expect(await it_.session(console)).toMatchObject({ status: 'ready', startedBy: 'console' });

    const expected = await recordOf(api);
    expect(expected.tracks).toHaveLength(6);
    const provider = { host: 'sandbox', dialect: 'mountsea', stage: 'local' };
    expect(expected.session).toMatchObject({ provider });
    expect(await recordOf(byManifest)).toEqual(expected);
    expect(await recordOf(console)).toEqual(expected);

    // Who began the run, in the record and in its journal.
    const begunBy = async (sessionId: string) => {
      const { runBy, journal } = (await store.require(sessionId)).session;
      return [runBy, ...(journal?.turns ?? []).flatMap(({ by }) => by ?? [])];
    };
    expect(await begunBy(api)).toEqual(['local', 'local']);
    expect(await begunBy(byManifest)).toEqual(['manifest', 'manifest']);
    expect(await begunBy(console)).toEqual(['console', 'console']);
  });
});

describe('a manifest', () => {
  it('of a batch, whose event comes five times, ends in the clips of one session', async () => {
    const { sums, letters } = sinceNow(it_);
    const folder = 'inbox/voices + café/';
    const files = songs(3);
    const sessions = await inboxSessions(async () => {
      await putAll(folder, files);
      await put(`${folder}manifest.json`, { kind: 'batch', name: 'Voices', review: true });
      await it_.stack.eventBridge.settled();
      expect(await json(`${folder}manifest.error.json`)).toMatchObject({ problems: [{ where: 'review' }] });
      await put(`${folder}manifest.json`, { kind: 'batch', name: 'Voices' });
      for (let time = 2; time <= 5; time++) it_.stack.eventBridge.publish(eventOf(`${folder}manifest.json`));
    });
    expect(sessions).toHaveLength(1);
    const session = await it_.session(sessions[0] ?? '');
    expect(session).toMatchObject({
      kind: 'batch',
      status: 'ready',
      name: 'Voices',
      startedBy: 'manifest',
      batch: { clips: 3, missing: 0 },
    });
    // By the order of a bucket: that of the bytes of their names.
    const names = files
      .map(({ name }) => name)
      .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(session.tracks.map(({ file }) => file)).toEqual(names);
    expect(sums().calls).toMatchObject({ openBatch: 1, addToBatch: 3 });
    await expect(json(`${folder}manifest.error.json`)).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(letters()).toEqual([]);
  });

  it('whose audio goes on coming leaves a report of it; one of a nearly right name gets one as well', async () => {
    const { letters } = sinceNow(it_);
    const folder = 'inbox/late/';
    const [first, second] = songs(2);
    const nearly = ['Inbox/x/', 'INBOX/x/', '/inbox/x/', 'inbox/'].map((place) => `${place}manifest.json`);
    const sessions = await inboxSessions(async () => {
      await putAll(folder, first ? [first] : []);
      await put(`${folder}manifest.json`, { kind: 'batch', name: 'Late' });
      await it_.stack.eventBridge.settled();
      await putAll(folder, second ? [second] : []);
      await put(`${folder}manifest.json`, { name: 'Late', kind: 'batch' });
      for (const key of [...nearly, 'inbox/named/Manifest.json.txt']) await put(key, { name: 'x' });
    });
    expect(sessions).toHaveLength(1);
    expect(await json(`${folder}manifest.late.json`)).toMatchObject({ files: [{ where: second?.name }] });
    expect(await json(`${folder}manifest.started.json`)).toMatchObject({
      starts: [{ files: [first?.name] }],
    });
    for (const key of [...nearly, 'inbox/named/manifest.json']) {
      const report = () => json(key.replace('.json', '.error.json')).catch(() => undefined);
      await expect.poll(report, { timeout: 20_000 }).toMatchObject({ problems: [{}] });
    }
    await inboxSessions(() => put(`${folder}manifest.json`, { kind: 'batch', name: 'Late', again: 2 }));
    await it_.stack.eventBridge.settled();
    await expect(json(`${folder}manifest.late.json`)).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(letters()).toEqual([]);
  });
});

describe('a session whose ids belong to another provider', () => {
  it('cannot be started: the API and the console name the variable, and the provider is not asked; with none there it trains here', async () => {
    const { entries } = sinceNow(it_);
    const sessionId = await it_.upload(songs(6));
    const provider = { host: 'api.example.com', dialect: 'mountsea', stage: 'local' } as const;
    await store.changeSession(sessionId, () => ({ provider, providerSessionId: 'there' }));
    const refused = await it_.call('POST', `/sessions/${sessionId}/start`);
    expect(refused).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('PROVIDER_BASE_URL') },
    });
    const { execution } = await fromConsole({ sessionId });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'NotPossible' });
    expect(entries()).toEqual([]);
    const before = await it_.session(sessionId);
    expect(before).toMatchObject({ status: 'open', provider });
    expect(before).not.toHaveProperty('movable');

    // As if it had failed there before anything was prepared.
    await store.changeSession(sessionId, () => ({ providerSessionId: undefined }));
    expect(await it_.session(sessionId)).toMatchObject({ provider, movable: true });
    const ready = await it_.run(sessionId);
    expect(ready).toMatchObject({ status: 'ready', provider: { host: 'sandbox' } });
    expect(ready).not.toHaveProperty('movable');
  });
});

describe('the console', () => {
  it('hands audio from elsewhere to the provider as it is, and shows neither its URL nor what is in it', async () => {
    const files = songs(6);
    const sessionId = await it_.upload(files);
    const stored = (await it_.audioOf(sessionId)).slice(0, 5);
    const url = 'https://cdn.example.com/music/song%20six.wav?quality=h1gh';
    const fetched: string[] = [];
    const real = globalThis.fetch;
    const network = vi.spyOn(globalThis, 'fetch').mockImplementation(async (request, init) => {
      if (String(request) !== url) return real(request, init);
      fetched.push(url);
      return new Response(new Uint8Array(files[5]?.bytes ?? []));
    });
    const started = await fromConsole({ name: 'Elsewhere', audio: [...stored, url], owner: 'local' });
    network.mockRestore();

    // By the provider, that is: nobody else in this process asks for it.
    expect(fetched).toEqual([url]);
    const session = await it_.session(started.sessionId);
    expect(session.status).toBe('ready');
    expect(session.tracks[5]).toMatchObject({ file: 'song six.wav', status: 'done', unchecked: true });
    expect(session.tracks[5]).not.toHaveProperty('format');
    expect(JSON.stringify(session)).not.toMatch(/cdn\.example|h1gh/);
    const logs = readdirSync(path.join(it_.home, 'log'))
      .map((name) => readFileSync(path.join(it_.home, 'log', name), 'utf8'))
      .join('');
    expect(/cdn\.example|h1gh/.test(logs + it_.notices.join(''))).toBe(false);
    expect(logs).toContain('Submit upload');
    // What was pasted is the input of the first state; from there on ids go through the machine.
    const events = await it_.history(session.executionArn);
    const told = events.filter((event) => /cdn\.example|h1gh/.test(JSON.stringify(event)));
    expect(told.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
    ]);
  });
});
