import { beforeAll, describe, expect, it } from 'vitest';
import { createdBefore, createSession } from '../../../functions/api/create-session/create-session.ts';
import { route } from '../../../functions/api/create-session/route.ts';
import { deleteSession } from '../../../functions/api/delete-session/delete-session.ts';
import { trackIdAt } from '../../../functions/domain/new-session.ts';
import type { Session } from '../../../functions/domain/session.ts';
import type { WholeSessionStore } from '../../../functions/domain/session-records.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { fakeExecutions } from '../../../test-support/fake-executions.ts';
import { openTable, settings, testMoment } from '../../../test-support/session-records.ts';
import { admitted } from '../../admitted.ts';

let now = Date.parse(testMoment);
let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable(() => now);
});

const digest = (number: number) => number.toString(16).padStart(64, 'a');
const files = (...numbers: number[]) =>
  numbers.map((number) => ({ name: `${number}.wav`, size: 1000, sha256: digest(number) }));
const six = files(1, 2, 3, 4, 5, 6);

const signed: string[] = [];
const uploads = {
  put: async ({ key, sha256 }: { key: string; sha256: string }) => {
    signed.push(`${key} ${sha256}`);
    return { url: 'https://b.example/', headers: {}, expiresInSeconds: 60 };
  },
};
let ids = 0;
const newId = () => `${++ids}`;
const create = async (
  name: string,
  body: object = {},
  { subject = 'ana', store = table.store }: { subject?: string; store?: WholeSessionStore } = {},
) =>
  createSession(subject, admitted(route, { body: { name, files: six, ...body } }).body, {
    store,
    contents: table.contents,
    uploads,
    bucket: 'audio',
    settings,
    now: () => now,
    newId,
  });
const change = (sessionId: string, changes: Partial<Session>) =>
  table.store.changeSession(sessionId, () => changes);

/** A bucket with nothing in it. */
const noFiles = { abort: async () => {}, deleteSome: async () => 0 };

describe('POST /sessions with the content of an existing session', () => {
  it('answers the existing session, with uploads for the files that it waits for', async () => {
    const first = await create('Waits');
    expect(first).toMatchObject({ status: 'open' });
    expect(first).not.toHaveProperty('existing');
    signed.length = 0;
    const second = await create('Waits');
    expect(second).toEqual({ ...first, existing: true });
    expect(second.uploads.map(({ trackId, sha256 }) => [trackId, sha256])).toEqual(
      six.map(({ sha256 }, index) => [trackIdAt(index), sha256]),
    );
    expect(signed[5]).toMatch(new RegExp(`^audio/${first.sessionId}/006.* ${digest(6)}$`));
  });

  it('knows the content by the bytes and the name of the session, not by order, file names or copies', async () => {
    const { sessionId } = await create(' Same ');
    const renamed = files(6, 5, 4, 3, 2, 1).map((file, index) => ({
      ...file,
      name: `track ${index}.wav`,
      sha256: file.sha256.toUpperCase(),
    }));
    const copy = { ...renamed[0], name: 'copy.wav' };
    expect(await create('Same', { files: [...renamed, copy] })).toMatchObject({ sessionId, existing: true });
  });

  it.each<[string, object, string | undefined]>([
    ['other files', { files: files(1, 2, 3, 4, 5, 7) }, undefined],
    ['one file more', { files: files(1, 2, 3, 4, 5, 6, 7) }, undefined],
    ['another name', { name: 'Another name' }, undefined],
    ['another owner', {}, 'bea'],
  ])('creates a session for %s', async (what, body, subject) => {
    const { sessionId } = await create(`But ${what}`);
    const other = await create(`But ${what}`, body, { subject: subject ?? 'ana' });
    expect(other.sessionId).not.toBe(sessionId);
    expect(other).not.toHaveProperty('existing');
  });

  it('is refused where it asks for what that session was created without, and names the session', async () => {
    const { sessionId } = await create('Reviewed', { minClips: 6 });
    const refused = create('Reviewed', { review: true, minClips: 6, skipInvalid: true });
    await expect(refused).rejects.toMatchObject({
      name: 'BadInput',
      summary: expect.stringContaining(sessionId),
      problems: [{ where: 'skipInvalid' }, { where: 'review', message: expect.stringContaining('"again"') }],
    });
    expect(await create('Reviewed', { review: false, minClips: 6 })).toMatchObject({ sessionId });
    expect(await create('Reviewed', { review: true, again: true })).not.toHaveProperty('existing');
  });

  it('only looks, where nothing else is wanted: it creates none, and needs no word about the rights', async () => {
    const look = { onlyExisting: true };
    await expect(create('Looked for', look)).rejects.toMatchObject({ name: 'SessionNotFound' });
    const { sessionId } = await create('Looked for');
    expect(await create('Looked for', look)).toMatchObject({ sessionId, existing: true });
    const tooFew = create('x'.repeat(300), { ...look, files: files(1) });
    await expect(tooFew).rejects.toMatchObject({ problems: [{ where: 'name' }, { where: 'files' }] });
  });

  it('creates another one when the request says again, and finds that one from then on', async () => {
    const first = await create('Twice');
    const second = await create('Twice', { again: true });
    expect(second.sessionId).not.toBe(first.sessionId);
    expect(second).not.toHaveProperty('existing');
    expect(await create('Twice')).toMatchObject({ sessionId: second.sessionId, existing: true });
  });

  it.each<[string, Partial<Session>, number]>([
    ['under way', { status: 'uploading' }, 0],
    ['failed before create', { status: 'failed' }, 6],
    ['with a model', { status: 'ready', modelId: 'chirp-custom:1' }, 6],
    ['with create in doubt', { create: { fence: 'unknown', calls: 1, earlier: [], checks: 0 } }, 0],
  ])(
    'answers one that is %s, and signs uploads only where a run may still use them',
    async (what, changes, count) => {
      const { sessionId } = await create(`Is ${what}`);
      const { status } = await change(sessionId, changes);
      const answer = await create(`Is ${what}`);
      expect(answer).toMatchObject({ sessionId, status, existing: true });
      expect(answer.uploads).toHaveLength(count);
    },
  );

  it.each(['abandoned', 'deleting'] as const)(
    'creates a session in the place of one that is %s',
    async (status) => {
      const { sessionId } = await create(`Once ${status}`);
      await change(sessionId, { status });
      const next = await create(`Once ${status}`);
      expect(next.sessionId).not.toBe(sessionId);
      expect(await create(`Once ${status}`)).toMatchObject({ sessionId: next.sessionId, existing: true });
    },
  );

  it('creates a session after the other one was deleted, or has expired', async () => {
    const deleted = await create('Gone');
    const { executions } = fakeExecutions();
    const deleting = { store: table.store, contents: table.contents, executions, now: () => now };
    await deleteSession(deleted.sessionId, 'ana', { ...deleting, files: noFiles });
    const expired = await create('Gone');
    expect(expired).not.toHaveProperty('existing');
    const today = now;
    now += settings.retentionDays * 24 * 3_600_000 + 1000;
    const next = await create('Gone');
    now = today;
    expect(next).not.toHaveProperty('existing');
    expect(next.sessionId).not.toBe(expired.sessionId);
  });

  it('deletes a session without forgetting the one that was created in its place', async () => {
    const first = await create('Replaced');
    const second = await create('Replaced', { again: true });
    const { executions } = fakeExecutions();
    const deleting = { store: table.store, contents: table.contents, executions, now: () => now };
    await deleteSession(first.sessionId, 'ana', { ...deleting, files: noFiles });
    expect(await create('Replaced')).toMatchObject({ sessionId: second.sessionId, existing: true });
  });

  it('creates one session for two requests at the same moment; the second is to be repeated', async () => {
    let second: unknown;
    const slow: WholeSessionStore = {
      ...table.store,
      async create(...given) {
        second = await create('At once').catch((error: unknown) => error);
        return table.store.create(...given);
      },
    };
    const first = await create('At once', {}, { store: slow });
    expect(second).toMatchObject({ name: 'RecordConflict', message: expect.stringContaining('repeat') });
    expect(await create('At once')).toMatchObject({ sessionId: first.sessionId, existing: true });
  });

  it('goes on without a request that ended before it recorded its session', async () => {
    const dies: WholeSessionStore = {
      ...table.store,
      create: async () => {
        throw new ChirpsmithError('StorageUnavailable', 'Away.');
      },
    };
    await expect(create('Died', {}, { store: dies })).rejects.toMatchObject({ name: 'StorageUnavailable' });
    await expect(create('Died')).rejects.toMatchObject({ name: 'RecordConflict' });
    now += 31_000;
    const next = await create('Died');
    expect(next).not.toHaveProperty('existing');
    expect(await create('Died')).toMatchObject({ sessionId: next.sessionId, existing: true });
  });

  it('finds a batch by what it says of all its files, with the number that is declared', async () => {
    const batch = { kind: 'batch', content: digest(77) };
    const { sessionId } = await create('Voices', batch);
    const found = await create('Voices', { ...batch, files: files(9) });
    expect(found).toEqual({
      sessionId,
      status: 'open',
      existing: true,
      declared: 6,
      uploads: [],
      duplicates: [],
    });
    expect(await create('Voices', { ...batch, content: digest(78) })).not.toHaveProperty('existing');
    expect(await create('Voices', { kind: 'batch' })).not.toHaveProperty('existing');
    expect(await create('Voices', { kind: 'batch' })).not.toHaveProperty('existing');
    await expect(create('Voices', { content: digest(77) })).rejects.toThrow('content: is of a batch only');
  });
});

describe('POST /sessions repeated with the same idempotency key', () => {
  const deps = { uploads, bucket: 'audio', settings, now: () => now };
  const once = async (name: string, body: object = {}, store = table.store) =>
    createSession('ana', admitted(route, { body: { name, files: six, ...body } }).body, {
      ...deps,
      store,
      contents: table.contents,
      newId: () => `key of ${name}`,
    });

  it.each([{}, { again: true }, { kind: 'batch' }])(
    'creates one session with %j, and signs its uploads anew',
    async (body) => {
      const name = `Keyed ${JSON.stringify(body)}`;
      const first = await once(name, body);
      expect(await once(name, body)).toEqual(first);
      const repeated = await createdBefore(first.sessionId, { files: six }, { ...deps, store: table.store });
      expect(repeated).toEqual(first);
    },
  );

  it('goes on with a request that ended before it recorded its session', async () => {
    const dies: WholeSessionStore = {
      ...table.store,
      create: async () => {
        throw new ChirpsmithError('StorageUnavailable', 'Away.');
      },
    };
    await expect(once('Ended', {}, dies)).rejects.toMatchObject({ name: 'StorageUnavailable' });
    expect(await once('Ended')).toMatchObject({ sessionId: 'key of Ended', status: 'open' });
  });

  it('refuses when the session was deleted since, and says what to send', async () => {
    await expect(
      createdBefore('gone', { files: six }, { ...deps, store: table.store }),
    ).rejects.toMatchObject({ name: 'NotPossible', message: expect.stringContaining('send a new key') });
  });
});
