import { beforeAll, describe, expect, it } from 'vitest';
import { decideSession } from '../../../functions/api/decide-session/decide-session.ts';
import { sessionAnswer } from '../../../functions/api/session-response.ts';
import type { Session } from '../../../functions/domain/session.ts';
import { recordFailure } from '../../../functions/workflow/record-failure/record-failure.ts';
import { fakeExecutions } from '../../../test-support/fake-executions.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { arn, bucketWith, now, prepareIn } from './preparing.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});
const prepare = (sessionId: string, options: Parameters<typeof prepareIn>[2]) =>
  prepareIn(table.store, sessionId, options);

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
      runBy: 'console',
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

  it('refuses a URL twice and a signed one, without any part of the signature', async () => {
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

describe('a session without an owner that was started in the console', () => {
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

  it("does not become another person's, and nothing is started", async () => {
    await recordSession(table.store, { sessionId: 'hers', session: { ...doubt, owner: 'bea' } });
    const { done } = prepare('hers', { run: 2, input: { sessionId: 'hers', owner: 'ana' } });
    await expect(done).rejects.toMatchObject({
      name: 'NotPossible',
      message: expect.stringContaining('leave owner out'),
    });
    expect(await table.store.requireSession('hers')).toMatchObject({ owner: 'bea', runs: 1 });
  });
});
