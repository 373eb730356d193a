import { beforeAll, describe, expect, it } from 'vitest';
import { decideSession } from '../../../functions/api/decide-session/decide-session.ts';
import { sessionAnswer } from '../../../functions/api/session-answer.ts';
import type { Inspection } from '../../../functions/audio/inspection.ts';
import type { AudioSource, Session } from '../../../functions/sessions/session.ts';
import { prepareSession } from '../../../functions/workflow/prepare-session/prepare-session.ts';
import { recordFailure } from '../../../functions/workflow/record-failure/record-failure.ts';
import { fakeExecutions } from '../../fake-executions.ts';
import { providerError, scriptedProvider } from '../../scripted-provider.ts';
import { openTable, recordSession, settings, testMoment } from '../../session-records.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => testMoment;
const mp3: Inspection = { usable: true, format: 'MP3', extension: 'mp3', durationSeconds: 21.5 };
const text: Inspection = { usable: false, problem: 'not-audio', reason: 'is text, not audio' };
const arn = (name: string) => `arn:aws:states:eu-central-1:123456789012:execution:train:${name}`;

/** A bucket in which each key holds what the test says, else an MP3 of its own. */
function bucketWith(
  special: Record<string, { inspection?: Inspection; sha256?: string; etag?: string; size?: number }> = {},
  hash = async (_source: AudioSource) => '',
) {
  const seen: string[] = [];
  const inspect = async ({ key }: AudioSource) => {
    seen.push(key);
    const found = special[key] ?? {};
    return {
      inspection: found.inspection ?? mp3,
      size: 1000,
      versionId: 'v1',
      sha256: key.padEnd(64, '0'),
      ...found,
    };
  };
  const copied: { from: AudioSource; key: string }[] = [];
  const copy = async (from: AudioSource, key: string) => {
    copied.push({ from, key });
    return { bucket: 'audio', key, versionId: 'copy' };
  };
  return { inspect, seen, hash, copy, copied };
}

function prepare(
  sessionId: string,
  options: {
    script?: Parameters<typeof scriptedProvider>[0];
    bucket?: ReturnType<typeof bucketWith>;
    input?: unknown;
    run?: number;
    /** How any other execution stands. */
    others?: 'running' | 'ended' | 'unknown';
    /** How its own stands; a function runs on when its execution is stopped. */
    own?: 'running' | 'ended';
  },
) {
  const {
    script = { prepare: [{ sessionId: `p-${sessionId}` }] },
    bucket = bucketWith(),
    run = 1,
    others = 'ended',
    own = 'running',
  } = options;
  const scripted = scriptedProvider(script);
  const Name = `${sessionId}-${run}`;
  const deps = {
    store: table.store,
    provider: scripted.provider,
    executions: { standing: async (it: string) => (it === arn(Name) ? own : others) },
    inspect: bucket.inspect,
    hash: bucket.hash,
    copy: bucket.copy,
    bucket: 'audio',
    settings,
    now,
    random: () => 0.5,
  };
  const input = options.input ?? { sessionId };
  return { ...scripted, done: prepareSession({ execution: { Id: arn(Name), Name }, input }, deps) };
}

describe('Prepare session', () => {
  it('looks at every track, opens one session at the provider, and passes on ids only', async () => {
    await recordSession(table.store, { sessionId: 'plain' });
    const { done, count } = prepare('plain', {});
    expect(await done).toEqual({
      sessionId: 'plain',
      tracks: ['001', '002', '003', '004', '005', '006'].map((trackId) => ({ sessionId: 'plain', trackId })),
      wait: 0,
      refusals: 0,
      verdict: 'done',
    });
    expect(count('prepare')).toBe(1);
    const { session, tracks } = await table.store.require('plain');
    expect(session).toMatchObject({
      status: 'uploading',
      providerSessionId: 'p-plain',
      runs: 1,
      executionArn: arn('plain-1'),
    });
    expect(tracks[0]).toMatchObject({ format: 'MP3', durationSeconds: 21.5 });
  });

  it('sees a balance that is too small for the training before anything is sent', async () => {
    await recordSession(table.store, { sessionId: 'poor' });
    const { done, calls } = prepare('poor', { script: { credits: [105] } });
    await expect(done).rejects.toMatchObject({
      name: 'CreditsExhausted',
      message: expect.stringContaining('106 credits, and the account has 105'),
    });
    expect(calls.map(({ call }) => call)).toEqual(['credits']);
    await recordSession(table.store, { sessionId: 'rich' });
    const enough = prepare('rich', { script: { credits: [106], prepare: [{ sessionId: 'p-rich' }] } });
    expect(await enough.done).toMatchObject({ verdict: 'done' });
  });

  it('sends nothing in a resume while a track that was refused for good is needed', async () => {
    const failure = {
      error: 'ProviderRefused',
      reason: 'Copyright.',
      permanent: true,
      at: testMoment,
    } as const;
    await recordSession(table.store, {
      sessionId: 'for-good',
      count: 8,
      session: {
        status: 'failed',
        runs: 1,
        providerSessionId: 'p-for-good',
        executionArn: arn('for-good-1'),
      },
      track: (index) => (index === 7 ? { status: 'failed', failure, attempts: 1 } : { format: 'MP3' }),
    });
    const { done, calls } = prepare('for-good', { script: {}, run: 2 });
    await expect(done).rejects.toMatchObject({
      name: 'NotEnoughClips',
      problems: [{ where: 'song 8.mp3', message: 'Copyright.' }],
    });
    expect(calls).toEqual([]);
  });

  it('pins a track to the version that it looked at, and copies it only where its name says something else than it is', async () => {
    const named = (index: number) =>
      `audio/named/00${index + 1}.${['mp3', 'MP3', 'wav', 'ogg'][index] ?? 'x'}`;
    await recordSession(table.store, {
      sessionId: 'named',
      track: (index) => ({ source: { bucket: 'audio', key: named(index) } }),
    });
    const opus: Inspection = { ...mp3, format: 'Opus', extension: 'opus' };
    const bucket = bucketWith({ [named(2)]: { sha256: 'a'.repeat(64) }, [named(3)]: { inspection: opus } });
    await prepare('named', { bucket }).done;
    const { tracks } = await table.store.require('named');
    expect(tracks.map(({ source }) => source).slice(0, 4)).toEqual([
      { bucket: 'audio', key: named(0), versionId: 'v1' },
      { bucket: 'audio', key: named(1), versionId: 'v1' },
      { bucket: 'audio', key: `audio/named/003.${'a'.repeat(64)}.mp3`, versionId: 'copy' },
      { bucket: 'audio', key: named(3), versionId: 'v1' },
    ]);
    expect(bucket.copied[0]).toEqual({
      from: { bucket: 'audio', key: named(2), versionId: 'v1' },
      key: `audio/named/003.${'a'.repeat(64)}.mp3`,
    });
  });

  it('run again, it reuses the session of the provider and does not look twice', async () => {
    await recordSession(table.store, { sessionId: 'twice' });
    await prepare('twice', {}).done;
    const bucket = bucketWith();
    const { done, calls } = prepare('twice', { script: {}, bucket });
    expect((await done).tracks).toHaveLength(6);
    expect(calls).toEqual([]);
    expect(bucket.seen).toEqual([]);
  });

  it('refuses unusable files before anything is spent, naming each of them', async () => {
    await recordSession(table.store, { sessionId: 'bad', count: 8 });
    const special = { 'audio/bad/002': { inspection: text }, 'audio/bad/007': { inspection: text } };
    const { done, calls } = prepare('bad', { script: {}, bucket: bucketWith(special) });
    await expect(done).rejects.toMatchObject({
      name: 'AudioRejected',
      message: expect.stringMatching(/song 2\.mp3: is text(.|\n)*song 7\.mp3: is text/),
    });
    expect(calls).toEqual([]);
  });

  it('goes on with the usable ones when the session allows it, if they are enough', async () => {
    const session = { skipInvalid: true };
    await recordSession(table.store, { sessionId: 'skip', count: 7, session });
    const one = bucketWith({ 'audio/skip/003': { inspection: text } });
    expect((await prepare('skip', { bucket: one }).done).tracks.map(({ trackId }) => trackId)).not.toContain(
      '003',
    );

    await recordSession(table.store, { sessionId: 'skip-many', count: 6, session });
    const two = bucketWith({ 'audio/skip-many/003': { inspection: text } });
    await expect(prepare('skip-many', { script: {}, bucket: two }).done).rejects.toMatchObject({
      name: 'NotEnoughClips',
    });
  });

  it('sends the same bytes once', async () => {
    await recordSession(table.store, { sessionId: 'same', count: 7 });
    const sha256 = 'f'.repeat(64);
    const bucket = bucketWith({ 'audio/same/002': { sha256 }, 'audio/same/006': { sha256 } });
    const { tracks } = await prepare('same', { bucket }).done;
    expect(tracks.map(({ trackId }) => trackId)).toEqual(['001', '002', '003', '004', '005', '007']);
    expect(await table.store.requireTrack('same', '006')).toMatchObject({
      status: 'duplicate',
      duplicateOf: '002',
    });
  });

  describe('holds the object against the declared size and SHA-256', () => {
    const [declared, other] = ['a'.repeat(64), 'b'.repeat(64)];
    const first = (sessionId: string) => `audio/${sessionId}/001`;
    const record = (sessionId: string) =>
      recordSession(table.store, {
        sessionId,
        track: (index) => (index === 0 ? { size: 1000, sha256: declared } : {}),
      });
    const look = async (sessionId: string, found: object, hash = async () => other) => {
      await record(sessionId);
      const bucket = bucketWith({ [first(sessionId)]: found }, hash);
      await prepare(sessionId, { bucket }).done.catch(() => undefined);
      return table.store.requireTrack(sessionId, '001');
    };
    const notUploaded = { error: 'AudioRejected', reason: expect.stringContaining('not uploaded yet') };

    it.each([
      ['other bytes', { sha256: other }],
      ['another size', { sha256: declared, size: 999 }],
      ['other bytes of which S3 has no SHA-256', { sha256: undefined, etag: '"e-3"' }],
      ['nothing', { sha256: undefined, size: 0 }],
      ['other bytes that are no audio', { sha256: other, inspection: text }],
    ])('%s is not the declared file, and what was declared stays', async (what, found) => {
      expect(await look(`not-${what.replaceAll(' ', '-')}`, found)).toMatchObject({
        status: 'rejected',
        failure: notUploaded,
        size: 1000,
        sha256: declared,
      });
    });

    it('the declared bytes are taken, by the SHA-256 of S3 or by reading them', async () => {
      const taken = { status: 'declared', format: 'MP3', sha256: declared };
      const unread = async () => Promise.reject(new Error('It need not be read.'));
      expect(await look('by-s3', { sha256: declared }, unread)).toMatchObject(taken);
      const read = await look('by-reading', { sha256: undefined, etag: '"e-3"' }, async () => declared);
      expect(read).toMatchObject(taken);
    });
  });

  it('looks again at a rejected file in a new run: a better one may lie in its place', async () => {
    await recordSession(table.store, { sessionId: 'better' });
    const bad = bucketWith({ 'audio/better/001': { inspection: text } });
    await expect(prepare('better', { script: {}, bucket: bad }).done).rejects.toMatchObject({
      name: 'AudioRejected',
    });
    const { tracks } = await prepare('better', { run: 2 }).done;
    expect(tracks).toHaveLength(6);
  });

  it('gives failed tracks new attempts in a new run, but not one that was refused for good', async () => {
    const at = testMoment;
    const inspected = { format: 'MP3', attempts: 3, taskId: 't' } as const;
    await recordSession(table.store, {
      sessionId: 'resume',
      session: {
        status: 'failed',
        runs: 1,
        providerSessionId: 'p1',
        executionArn: arn('resume-1'),
        // Five are left without the one that was refused for good, and the provider takes no fewer than six.
        minClips: 6,
      },
      count: 7,
      track: (index) => {
        if (index === 0)
          return {
            ...inspected,
            status: 'failed',
            failure: { error: 'ProviderRefused', reason: 'busy', at },
          };
        if (index === 1)
          return {
            ...inspected,
            status: 'failed',
            failure: { error: 'ProviderRefused', reason: 'copyright', permanent: true, at },
          };
        if (index === 2)
          return {
            ...inspected,
            status: 'failed',
            failure: { error: 'DeadlineExceeded', reason: 'late', at },
          };
        return { ...inspected, status: 'done', clipId: `c${index}` };
      },
    });
    const { done, calls } = prepare('resume', { script: {}, run: 2 });
    await done;
    expect(calls).toEqual([]);
    const { tracks } = await table.store.require('resume');
    expect(tracks[0]).toMatchObject({ status: 'declared', attempts: 3, attemptsAllowed: 6 });
    expect(tracks[0]?.taskId).toBeUndefined();
    expect(tracks[1]).toMatchObject({ status: 'failed', failure: { permanent: true } });
    // It was still running at the provider: looked at again, not paid again.
    expect(tracks[2]).toMatchObject({ status: 'submitted', taskId: 't' });
    expect(tracks[3]).toMatchObject({ status: 'done', attemptsAllowed: 3 });
  });

  it('touches no track once create may have been paid', async () => {
    const create = { fence: 'unknown' as const, calls: 1, earlier: [], checks: 0 };
    const session = { status: 'needs-decision', runs: 1, providerSessionId: 'p1', create } as const;
    await recordSession(table.store, { sessionId: 'paid', session });
    const { done, calls } = prepare('paid', { script: {}, run: 2 });
    expect(await done).toMatchObject({ sessionId: 'paid', tracks: [], verdict: 'done' });
    expect(calls).toEqual([]);
  });

  it('passes the refusal of the provider on by its name', async () => {
    await recordSession(table.store, { sessionId: 'refused' });
    const { done } = prepare('refused', { script: { prepare: [providerError('ProviderRefused', 'no')] } });
    await expect(done).rejects.toMatchObject({ name: 'ProviderRefused' });
  });

  it('waits as long as the provider asks when it has too much to do, comes round again, and opens one session', async () => {
    await recordSession(table.store, { sessionId: 'busy' });
    const away = providerError('ProviderThrottled', 'no', { retryAfter: 45 });
    const first = await prepare('busy', { script: { prepare: [away] } }).done;
    // 45 s, and spread over 20 s at the pace to which it slows down; chance is half of it here.
    expect(first).toEqual({ sessionId: 'busy', tracks: [], wait: 55, refusals: 1, verdict: 'waiting' });
    const { done } = prepare('busy', { input: first });
    expect(await done).toMatchObject({ verdict: 'done', tracks: { length: 6 } });
    const { session } = await table.store.require('busy');
    expect(session).toMatchObject({
      status: 'uploading',
      providerSessionId: 'p-busy',
      prepareCalls: 2,
      runs: 1,
    });
  });

  it('gives up after the allowed number of refusals', async () => {
    await recordSession(table.store, { sessionId: 'gives-up' });
    const input = { sessionId: 'gives-up', tracks: [], wait: 60, refusals: 5, verdict: 'waiting' };
    const { done } = prepare('gives-up', {
      input,
      script: { prepare: [providerError('ProviderThrottled', 'no')] },
    });
    await expect(done).rejects.toMatchObject({ name: 'ProviderThrottled' });
  });
});

describe('Prepare session, from the console', () => {
  const audio = Array.from({ length: 6 }, (_, index) => `s3://audio/my music/sóng #${index + 1}.mp3`);

  it('makes the session that the API would have made, once, however often the step runs', async () => {
    const first = await prepare('console', { input: { name: ' Night Drive ', audio } }).done;
    const second = await prepare('console', { script: {}, input: { name: ' Night Drive ', audio } }).done;
    expect(second).toEqual(first);
    const { session, tracks } = await table.store.require(first.sessionId);
    expect(session).toMatchObject({
      name: 'Night Drive',
      startedBy: 'console',
      owner: 'console',
      status: 'uploading',
    });
    expect(tracks[3]).toMatchObject({ file: 'sóng #4.mp3', source: { key: 'my music/sóng #4.mp3' } });
  });

  it('lists every problem of the input at once', async () => {
    const input = {
      name: '',
      audio: ['s3://audio/ok.mp3', 'song.mp3', 's3://other/song.mp3'],
      minClips: 3,
      nmae: 1,
    };
    const { nmae: _, ...known } = input;
    await expect(prepare('console-bad', { script: {}, input }).done).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringContaining('nmae: is not a field'),
    });
    const { done } = prepare('console-bad', { script: {}, input: known });
    await expect(done).rejects.toMatchObject({
      message: expect.stringMatching(
        /name: is empty(.|\n)*minClips: is 3(.|\n)*audio: lists 3(.|\n)*audio\[1\](.|\n)*audio\[2\]: lies in other/,
      ),
    });
  });

  it('takes tracks from elsewhere as they are, and looks at none of them', async () => {
    const elsewhere = 'https://cdn.example.com/n%C3%A4chte/song%201.mp3?quality=high&from=a+b';
    const input = { name: 'Mixed', audio: [...audio.slice(1), elsewhere], review: true };
    const bucket = bucketWith();
    const { sessionId } = await prepare('elsewhere', { input, bucket }).done;
    expect(bucket.seen).toHaveLength(5);
    const { session, tracks } = await table.store.require(sessionId);
    expect(session.review).toBe(true);
    expect(tracks[5]).toMatchObject({ status: 'declared', file: 'song 1.mp3', source: { url: elsewhere } });
    expect(tracks[5]).not.toHaveProperty('format');
    const shown = sessionAnswer({ session, tracks }, settings, false);
    expect(shown.tracks.map(({ unchecked }) => unchecked === true)).toEqual([...Array(5).fill(false), true]);
    expect(JSON.stringify(shown)).not.toContain('quality');
  });

  it('refuses a URL twice and a signed one, without a word of what it is signed with', async () => {
    const signed = 'https://audio.s3.amazonaws.com/1.mp3?X-Amz-Signature=t0psecret';
    const [same, plain] = ['https://cdn.example.com/1.mp3', 'http://cdn.example.com/2.mp3'];
    const input = { name: 'Elsewhere', audio: [...audio, same, signed, same, plain] };
    const refused = await prepare('signed', { script: {}, input }).done.catch((error: unknown) => error);
    expect(refused).toMatchObject({
      name: 'BadInput',
      problems: [
        { where: 'audio[7]', message: expect.stringContaining('is signed (X-Amz-Signature)') },
        { where: 'audio[8]', message: 'is audio[6] again: list each track once' },
        { where: 'audio[9]', message: 'is neither s3://bucket/key nor an https URL' },
      ],
    });
    expect(JSON.stringify(refused) + String(refused)).not.toContain('t0psecret');
  });

  it.each(['preparing', 'uploading', 'creating', 'training'] as const)(
    'does not take over a session that another execution is at (%s), and spoils nothing of it',
    async (status) => {
      const sessionId = `taken-${status}`;
      const running = { status, runs: 1, executionArn: arn('from-the-api') } as const;
      const { session, tracks } = await recordSession(table.store, { sessionId, session: running });
      const { done, calls } = prepare(sessionId, { script: {}, run: 2, others: 'running' });
      const refused = await done.catch((error: unknown) => error);
      expect(refused).toMatchObject({
        name: 'NotPossible',
        message: expect.stringContaining('from-the-api'),
      });
      await recordFailure(
        {
          execution: { Id: arn(`${sessionId}-2`), Name: `${sessionId}-2` },
          input: { sessionId },
          error: { Error: 'NotPossible', Cause: '{"errorMessage":"is under way"}' },
        },
        { store: table.store, now },
      );
      expect(calls).toEqual([]);
      expect(await table.store.require(sessionId)).toEqual({ session, tracks });
    },
  );

  it.each(['ended', 'unknown'] as const)(
    'takes over a session whose execution is gone (%s)',
    async (others) => {
      const sessionId = `left-${others}`;
      const left = {
        status: 'uploading',
        runs: 1,
        executionArn: arn('gone'),
        providerSessionId: 'p1',
      } as const;
      await recordSession(table.store, { sessionId, session: left });
      await prepare(sessionId, { script: {}, run: 2, others }).done;
      expect(await table.store.requireSession(sessionId)).toMatchObject({
        status: 'uploading',
        runs: 2,
        executionArn: arn(`${sessionId}-2`),
      });
    },
  );

  it.each([
    ['cancelled', 'ended'],
    ['failed', 'ended'],
    ['uploading', 'ended'],
    ['preparing', 'unknown'],
  ] as const)(
    'takes nothing over once its own execution is stopped: the session, %s, is that of a later run (%s)',
    async (status, others) => {
      const sessionId = `later-${status}`;
      const later = { status, runs: 2, executionArn: arn(`${sessionId}-2`) } as const;
      const { session: before } = await recordSession(table.store, { sessionId, session: later });
      const { done, calls } = prepare(sessionId, { script: {}, run: 1, others, own: 'ended' });
      await expect(done).rejects.toMatchObject({
        name: 'NotPossible',
        message: expect.stringContaining(`${sessionId}-1 was stopped`),
      });
      expect(calls).toEqual([]);
      expect(await table.store.requireSession(sessionId)).toEqual(before);
    },
  );

  it.each<[string, Partial<Session>]>([
    ['cancelled before its execution came about', { status: 'cancelled', executionArn: arn('off-1') }],
    ['abandoned', { status: 'abandoned', executionArn: arn('elsewhere') }],
  ])('does not work on a session that was %s', async (title, session) => {
    const sessionId = title === 'abandoned' ? 'abandoned' : 'off';
    const { session: before } = await recordSession(table.store, { sessionId, session });
    const { done, calls } = prepare(sessionId, { script: {} });
    await expect(done).rejects.toMatchObject({ name: 'NotPossible' });
    expect(calls).toEqual([]);
    expect(await table.store.requireSession(sessionId)).toEqual(before);
  });

  it('does not know a session that is not there', async () => {
    await expect(prepare('nobody', { script: {} }).done).rejects.toMatchObject({ name: 'SessionNotFound' });
  });
});

describe('Record failure', () => {
  const execution = { Id: arn('fail-1'), Name: 'fail-1' };
  const recordRun = (sessionId: string, session: Partial<Session> = {}) =>
    recordSession(table.store, {
      sessionId,
      session: { status: 'uploading', executionArn: execution.Id, ...session },
    });
  const cause = (errorMessage: string) => JSON.stringify({ errorType: 'x', errorMessage, trace: [] });

  it('writes the reason into the session and hands it to the Fail state', async () => {
    await recordRun('fail');
    const error = { Error: 'AudioRejected', Cause: cause('2 files cannot be used') };
    const recorded = await recordFailure(
      { execution, input: { sessionId: 'fail' }, error },
      { store: table.store, now },
    );
    expect(recorded).toEqual({ error: 'AudioRejected', cause: '2 files cannot be used' });
    expect(await table.store.requireSession('fail')).toMatchObject({
      status: 'failed',
      failure: { error: 'AudioRejected', reason: '2 files cannot be used' },
    });
  });

  it.each([
    ['States.Timeout', '', 'Unexpected', 'States.Timeout: no cause was given'],
    ['Lambda.Unknown', 'it crashed', 'Unexpected', 'Lambda.Unknown: it crashed'],
    ['NeedsDecision', cause('not settled'), 'NeedsDecision', 'not settled'],
  ])('%s (%s) is recorded as %s', async (thrown, Cause, name, reason) => {
    const sessionId = `fail-${thrown}`;
    await recordRun(sessionId);
    await recordFailure(
      { execution, input: { sessionId }, error: { Error: thrown, Cause } },
      { store: table.store, now },
    );
    const status = name === 'NeedsDecision' ? 'needs-decision' : 'failed';
    expect(await table.store.requireSession(sessionId)).toMatchObject({
      status,
      failure: { error: name, reason },
    });
  });

  it.each(['intent', 'unknown'] as const)('no failure hides a create in doubt (%s)', async (fence) => {
    const sessionId = `doubt-${fence}`;
    await recordRun(sessionId, { create: { fence, calls: 1, earlier: [], checks: 0 } });
    const error = { Error: 'StorageUnavailable', Cause: cause('table is throttled') };
    const recorded = await recordFailure(
      { execution, input: { sessionId }, error },
      { store: table.store, now },
    );
    expect(recorded.error).toBe('NeedsDecision');
    expect((await table.store.requireSession(sessionId)).status).toBe('needs-decision');
  });

  it.each<[string, Partial<Session>]>([
    ['that another execution is at', { executionArn: arn('other') }],
    ['that a person has cancelled meanwhile', { status: 'cancelled' }],
    ['that has its model', { status: 'ready', modelId: 'chirp-custom:1' }],
    ['that was abandoned', { status: 'abandoned' }],
  ])('writes nothing into a session %s', async (title, session) => {
    const sessionId = title.replaceAll(' ', '-');
    const { session: before } = await recordRun(sessionId, session);
    const error = { Error: 'StorageUnavailable', Cause: cause('table is throttled') };
    await recordFailure({ execution, input: { sessionId }, error }, { store: table.store, now });
    expect(await table.store.requireSession(sessionId)).toEqual(before);
  });

  it('has nothing to write when the input could not be read', async () => {
    const error = { Error: 'BadInput', Cause: cause('name: is empty') };
    const recorded = await recordFailure(
      { execution, input: { audio: 1 }, error },
      { store: table.store, now },
    );
    expect(recorded).toEqual({ error: 'BadInput', cause: 'name: is empty' });
  });
});

describe('a session that was started in the console for nobody', () => {
  const doubt = {
    status: 'needs-decision',
    owner: 'console',
    runs: 1,
    providerSessionId: 'p1',
    create: { fence: 'unknown', calls: 1, earlier: [], checks: 0 },
  } satisfies Partial<Session>;

  it('is given to a person by another start, who can decide on it then', async () => {
    await recordSession(table.store, { sessionId: 'orphan', session: doubt });
    const decide = () => {
      const { executions } = fakeExecutions();
      const deps = { store: table.store, executions, settings, now: () => Date.parse(testMoment) };
      return decideSession('orphan', 'ana', { choice: 'abandon' }, deps);
    };
    await expect(decide()).rejects.toMatchObject({ name: 'SessionNotFound' });
    const { done, calls } = prepare('orphan', {
      script: {},
      run: 2,
      input: { sessionId: 'orphan', owner: 'ana' },
    });
    expect(await done).toMatchObject({ verdict: 'done', tracks: [] });
    expect(calls).toEqual([]);
    const given = await table.store.requireSession('orphan');
    expect(given).toMatchObject({ owner: 'ana', create: { fence: 'unknown' } });
    // As the run leaves it when the provider's status settles nothing.
    await table.store.updateSession(given, { status: 'needs-decision' });
    expect(await decide()).toMatchObject({ status: 'abandoned' });
  });

  it("does not become another person's, and nothing is begun", async () => {
    await recordSession(table.store, { sessionId: 'hers', session: { ...doubt, owner: 'bea' } });
    const { done } = prepare('hers', { run: 2, input: { sessionId: 'hers', owner: 'ana' } });
    await expect(done).rejects.toMatchObject({
      name: 'NotPossible',
      message: expect.stringContaining('leave owner out'),
    });
    expect(await table.store.requireSession('hers')).toMatchObject({ owner: 'bea', runs: 1 });
  });
});
