import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { addFiles } from '../../../functions/api/add-files/add-files.ts';
import { route as addition } from '../../../functions/api/add-files/route.ts';
import { createSession } from '../../../functions/api/create-session/create-session.ts';
import { route as creation } from '../../../functions/api/create-session/route.ts';
import { replaceTrack } from '../../../functions/api/replace-track/replace-track.ts';
import { route as replacement } from '../../../functions/api/replace-track/route.ts';
import { resumeSession } from '../../../functions/api/resume-session/resume-session.ts';
import { route as resumption } from '../../../functions/api/resume-session/route.ts';
import { sessionAnswer } from '../../../functions/api/session-response.ts';
import type { Session } from '../../../functions/domain/session.ts';
import { rightsSentence } from '../../../functions/shared/rights-sentence.ts';
import { fakeExecutions } from '../../../test-support/fake-executions.ts';
import {
  openTable,
  recordSession,
  settings as silent,
  testMoment,
} from '../../../test-support/session-records.ts';
import { admitted } from '../../admitted.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

/** Of a stage at a paid provider. */
const asking = { ...silent, rightsQuestion: true };
const later = '2026-11-21T04:00:00.000Z';
const digest = (number: number) => number.toString(16).padStart(64, 'a');
const file = (number: number) => ({ name: `${number}.wav`, size: 1000, sha256: digest(number) });
const files = (...numbers: number[]) => numbers.map(file);

let ids = 0;
const depsOf = (settings: typeof silent, now: string) => ({
  store: table.store,
  contents: table.contents,
  uploads: { put: async () => ({ url: 'https://b.example/', headers: {}, expiresInSeconds: 60 }) },
  executions: fakeExecutions().executions,
  bucket: 'audio',
  settings,
  now: () => Date.parse(now),
  newId: () => `rights-${++ids}`,
});
type How = { settings?: typeof silent; now?: string };
const create = async (body: object, { settings = asking, now = testMoment }: How = {}) => {
  const whole = { files: files(1, 2, 3, 4, 5, 6), ...body };
  return createSession('ana', admitted(creation, { body: whole }).body, depsOf(settings, now));
};
const add = async (sessionId: string, body: object, { settings = asking, now = later }: How = {}) =>
  addFiles(sessionId, 'ana', admitted(addition, { body }).body, depsOf(settings, now));
const replace = async (sessionId: string, body: object, { settings = asking, now = later }: How = {}) =>
  replaceTrack(
    { id: sessionId, trackId: '002' },
    'ana',
    admitted(replacement, { body }).body,
    depsOf(settings, now),
  );
const resume = async (sessionId: string, body: object, { settings = asking, now = later }: How = {}) =>
  resumeSession(sessionId, 'ana', admitted(resumption, { body }).body, depsOf(settings, now));

/** The refusal, whose advice is the field and the words to confirm. */
const refusal = {
  name: 'BadInput',
  problems: [{ where: 'rights', message: expect.stringContaining(rightsSentence) }],
};
const recorded = async (sessionId: string) => (await table.store.requireSession(sessionId)).rights;
/** As docs/api.md has it: step by step over the files in their order. */
const over = (...numbers: number[]) => ({
  count: numbers.length,
  sha256: numbers.reduce(
    (before, number) =>
      createHash('sha256')
        .update(`${before}\n${digest(number)}`)
        .digest('hex'),
    '',
  ),
});
const confirmed = (at: string, ...numbers: number[]) => ({
  confirmedBy: 'ana',
  confirmedAt: at,
  sentence: rightsSentence,
  files: over(...numbers),
});

describe('the rights to the files of a session', () => {
  it.each([{}, { rights: false }])(
    'are asked for before anything is recorded, by the name of the field and with the sentence: %o',
    async (body) => {
      const before = ids;
      const name = `Unconfirmed ${JSON.stringify(body)}`;
      await expect(create({ name, ...body })).rejects.toMatchObject(refusal);
      expect(await table.store.read(`rights-${before + 1}`)).toBeUndefined();
      // Following the advice works: nothing was taken by the refused request, neither id nor content.
      const { sessionId, existing } = await create({ name, rights: true });
      expect(existing).toBeUndefined();
      expect(await recorded(sessionId)).toEqual(confirmed(testMoment, 1, 2, 3, 4, 5, 6));
    },
  );

  it('are asked for together with everything else that is wrong', async () => {
    await expect(create({ name: '' })).rejects.toMatchObject({
      problems: [{ where: 'name' }, { where: 'rights' }],
    });
  });

  it('are not asked for where the stage does not ask, and recorded where a request confirms them', async () => {
    const quiet = await create({ name: 'Quiet' }, { settings: silent });
    expect(await recorded(quiet.sessionId)).toBeUndefined();
    const said = await create({ name: 'Said', rights: true }, { settings: silent });
    expect(await recorded(said.sessionId)).toEqual(confirmed(testMoment, 1, 2, 3, 4, 5, 6));
  });

  it('are answered with the session, and not asked for again for the same files', async () => {
    const { sessionId } = await create({ name: 'Once', rights: true });
    const found = await table.store.require(sessionId);
    expect(sessionAnswer(found, asking, false).rights).toEqual(confirmed(testMoment, 1, 2, 3, 4, 5, 6));
    expect(await create({ name: 'Once' })).toMatchObject({ sessionId, existing: true });
    // Another session is asked about again, and so are other files.
    await expect(create({ name: 'Once', again: true })).rejects.toMatchObject(refusal);
    await expect(create({ name: 'Once', files: files(1, 2, 3, 4, 5, 7) })).rejects.toMatchObject(refusal);
    await expect(create({ name: 'Once', review: true })).rejects.toMatchObject({
      problems: [{ where: 'review' }],
    });
  });

  it('of a batch cover each slice by its own answer, and stay one small entry', async () => {
    const batch = { kind: 'batch', name: 'Voices', files: files(1, 2) };
    const { sessionId } = await create({ ...batch, rights: true });
    const slice = { from: 2, files: files(3, 4) };
    await expect(add(sessionId, slice)).rejects.toMatchObject(refusal);
    expect((await table.store.requireSession(sessionId)).declared).toBe(2);
    await add(sessionId, { ...slice, rights: true });
    expect(await recorded(sessionId)).toEqual(confirmed(later, 1, 2, 3, 4));
    // The same slice again, because its response was lost.
    await add(sessionId, { ...slice, rights: true });
    expect(await recorded(sessionId)).toEqual(confirmed(later, 1, 2, 3, 4));
  });

  it('are open again when a slice comes unconfirmed, where the stage did not ask at that time', async () => {
    const { sessionId } = await create({ kind: 'batch', name: 'Half', files: files(1, 2), rights: true });
    await add(sessionId, { from: 2, files: files(3) }, { settings: silent });
    expect(await recorded(sessionId)).toBeUndefined();
    await add(sessionId, { from: 3, files: files(4), rights: true });
    expect(await recorded(sessionId)).toBeUndefined();
  });

  it('are asked for again for a file that takes the place of another', async () => {
    const { sessionId } = await create({ name: 'Replaced', rights: true });
    await table.store.changeSession(sessionId, () => ({ status: 'failed' }));
    await expect(replace(sessionId, file(9))).rejects.toMatchObject(refusal);
    expect((await table.store.requireTrack(sessionId, '002')).file).toBe('2.wav');
    await replace(sessionId, { ...file(9), rights: true });
    expect(await recorded(sessionId)).toEqual(confirmed(later, 1, 9, 3, 4, 5, 6));
    await replace(sessionId, file(8), { settings: silent });
    expect(await recorded(sessionId)).toBeUndefined();
  });

  it('that a session has not are asked for by a resume, before its run begins', async () => {
    const { sessionId } = await create({ name: 'Older' }, { settings: silent });
    await expect(resume(sessionId, {})).rejects.toMatchObject(refusal);
    expect(await table.store.requireSession(sessionId)).toMatchObject({ status: 'open', runs: 0 });
    expect(await resume(sessionId, { rights: true })).toMatchObject({
      status: 'preparing',
      rights: confirmed(later, 1, 2, 3, 4, 5, 6),
    });
  });

  it.each<[string, Partial<Session>]>([
    [
      'a training that is paid',
      { status: 'failed', create: { fence: 'submitted', calls: 1, earlier: [], checks: 1 } },
    ],
    ['music, which is made of no files', { kind: 'music', status: 'failed' }],
  ])('are not asked for by a resume of %s', async (what, session) => {
    await recordSession(table.store, { sessionId: what, session });
    expect(await resume(what, {})).toMatchObject({ status: 'preparing' });
  });

  it('are, of files that lie in the bucket or on the web, known by their addresses', async () => {
    const addresses = ['s3://audio/inbox/1.mp3', 'https://cdn.example/2.mp3'];
    const sources = [{ bucket: 'audio', key: 'inbox/1.mp3' }, { url: 'https://cdn.example/2.mp3' }];
    await recordSession(table.store, {
      sessionId: 'addressed',
      count: 2,
      session: { kind: 'batch', status: 'failed' },
      track: (index) => ({ source: sources[index] ?? { url: '' } }),
    });
    const { rights } = await resume('addressed', { rights: true });
    const sha256 = addresses.reduce(
      (before, address) => createHash('sha256').update(`${before}\n${address}`).digest('hex'),
      '',
    );
    expect(rights?.files).toEqual({ count: 2, sha256 });
  });
});
