import { beforeAll, describe, expect, it } from 'vitest';
import { addFiles } from '../../../functions/api/add-files/add-files.ts';
import { route } from '../../../functions/api/add-files/route.ts';
import { createSession } from '../../../functions/api/create-session/create-session.ts';
import { route as creation } from '../../../functions/api/create-session/route.ts';
import {
  neverTheSame,
  openTable,
  recordSession,
  settings,
  testMoment,
} from '../../../test-support/session-records.ts';
import { admitted } from '../../admitted.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => Date.parse(testMoment);
const files = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `${from + index}.wav`,
    size: 1000,
    sha256: (from + index).toString(16).padStart(64, '0'),
  }));
const uploads = {
  put: async ({ key }: { key: string }) => ({
    url: `https://b.example/${key}`,
    headers: {},
    expiresInSeconds: 60,
  }),
};
let ids = 0;
const deps = () => ({
  store: table.store,
  contents: neverTheSame,
  uploads,
  bucket: 'audio',
  settings,
  now,
  newId: () => `batch-${++ids}`,
});
const create = async (fields: object = {}) => {
  const body = { kind: 'batch', name: 'Voices', files: files(0, 2), ...fields };
  return createSession('ana', admitted(creation, { body }).body, deps());
};
const add = async (sessionId: string, from: number, more = files(from, 3), subject = 'ana') =>
  addFiles(sessionId, subject, admitted(route, { body: { from, files: more } }).body, deps());

describe('POST /sessions/{id}/files', () => {
  it('adds files to a batch slice by slice, each with its place and its upload', async () => {
    const { sessionId } = await create();
    const answer = await add(sessionId, 2);
    expect(answer.uploads.map(({ trackId, file }) => [trackId, file])).toEqual([
      ['00003', '2.wav'],
      ['00004', '3.wav'],
      ['00005', '4.wav'],
    ]);
    const { session, tracks } = await table.store.require(sessionId);
    expect(session).toMatchObject({ kind: 'batch', declared: 5, skipInvalid: true });
    expect(tracks.map(({ file }) => file)).toEqual(['0.wav', '1.wav', '2.wav', '3.wav', '4.wav']);
  });

  it('signs the same slice anew after a lost response, and refuses other files in its place', async () => {
    const { sessionId } = await create();
    await add(sessionId, 2);
    expect((await add(sessionId, 2)).uploads).toHaveLength(3);
    await expect(add(sessionId, 2, files(7, 3))).rejects.toMatchObject({ name: 'RecordConflict' });
    expect((await table.store.requireSession(sessionId)).declared).toBe(5);
  });

  it('takes none once something was sent', async () => {
    const { sessionId } = await create();
    await table.store.changeSession(sessionId, () => ({ status: 'failed', providerSessionId: 'p' }));
    await expect(add(sessionId, 2)).rejects.toMatchObject({ name: 'NotPossible' });
  });

  it.each([
    ['a gap', 3, 1, 'only 2 files are declared'],
    ['an overlap', 1, 2, '2 files are declared already'],
    ['more than one request takes', 2, 201, '200'],
  ])('refuses %s', async (_, from, count, words) => {
    const { sessionId } = await create();
    await expect(add(sessionId, from, files(from, count))).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringContaining(words),
    });
  });

  it("refuses a session that is no batch, has begun, or is another owner's", async () => {
    await recordSession(table.store, { sessionId: 'train' });
    await expect(add('train', 6)).rejects.toMatchObject({ name: 'NotPossible' });
    const { sessionId } = await create();
    await table.store.changeSession(sessionId, () => ({ status: 'preparing' }));
    await expect(add(sessionId, 2)).rejects.toMatchObject({ name: 'NotPossible' });
    await expect(add(sessionId, 2, files(2, 1), 'bea')).rejects.toMatchObject({ name: 'SessionNotFound' });
  });
});

describe('POST /sessions with kind batch', () => {
  it('has no fewest number of files but one, and takes nothing that is about a model', async () => {
    expect((await create({ files: files(0, 1) })).uploads).toHaveLength(1);
    await expect(create({ files: [] })).rejects.toThrow('a batch needs at least 1');
    await expect(create({ review: true, minClips: 6 })).rejects.toThrow(/review: has no meaning/);
  });
});
