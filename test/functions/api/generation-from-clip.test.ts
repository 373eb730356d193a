import { beforeAll, describe, expect, it } from 'vitest';
import { createGeneration } from '../../../functions/api/create-generation/create-generation.ts';
import { route } from '../../../functions/api/create-generation/route.ts';
import type { RelayHere } from '../../../functions/domain/dialect-rules.ts';
import { clipDoubt } from '../../../functions/domain/dialect-rules.ts';
import type { ProviderOrigin } from '../../../functions/domain/provider-origin.ts';
import type { Session } from '../../../functions/domain/session.ts';
import type { Dialect } from '../../../functions/provider/provider.ts';
import { fakeExecutions } from '../../../test-support/fake-executions.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { admitted } from '../../admitted.ts';

const at = (dialect: Dialect, host: string = dialect): ProviderOrigin => ({ host, dialect, stage: 'local' });
const here = { stage: 'local', placeOf: (dialect: Dialect) => at(dialect) };

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
  await music('mine', 'clip-mine');
  await music('hers', 'clip-hers', { owner: 'bea' });
  await music('there', 'clip-there', { provider: at('mountsea') });
  await music('before', 'clip-before', { provider: at('relay', 'old.example') });
  await recordSession(table.store, {
    ...{ sessionId: 'training', count: 2, session: { owner: 'ana', status: 'ready' } },
    track: (index) => ({ status: 'done', clipId: `clip-upload-${index}` }),
  });
});

/** Music that is ready, with one clip, made through the relay here for ana unless it is said otherwise. */
async function music(
  sessionId: string,
  clipId: string,
  more: Partial<Session> = {},
  { claims = true }: { claims?: boolean } = {},
) {
  const provider = more.provider ?? at('relay');
  await recordSession(table.store, {
    sessionId,
    count: 0,
    session: {
      kind: 'music',
      owner: 'ana',
      status: 'ready',
      provider,
      music: {
        dialect: provider.dialect,
        model: 'chirp-v4',
        prompt: 'rain',
        tags: '',
        instrumental: false,
        clips: [{ clipId }],
      },
      ...more,
    },
  });
  if (claims) await table.store.claimId(await table.store.requireSession(sessionId), 'clip', clipId);
}

let ids = 0;
async function ask(request: object, relay: RelayHere = true) {
  const { executions, started } = fakeExecutions();
  const { body } = admitted(route, { body: { prompt: 'rain', ...request } });
  const { store, models, personas } = table;
  const deps = { store, models, personas, executions, relay, here, settings };
  const done = createGeneration('ana', body, {
    ...deps,
    now: () => Date.parse(testMoment),
    newId: () => `made-${++ids}`,
  });
  return { done, started };
}
async function problemsOf(request: object) {
  const { done, started } = await ask(request);
  const error: unknown = await done.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(started).toEqual([]);
  return error;
}
const refusal = (words: string) => ({
  name: 'BadInput',
  problems: [{ where: 'fromClip', message: expect.stringContaining(words) }],
});

describe('music from a clip', () => {
  it("of the caller's own music at this relay keeps the rules, and is begun with a note on the doubt", async () => {
    const { done, started } = await ask({ fromClip: 'clip-mine' });
    const { session, warnings } = await done;
    expect(session.music).toMatchObject({
      dialect: 'relay',
      model: 'chirp-v4',
      fromClip: { clipId: 'clip-mine', sessionId: 'mine' },
    });
    expect(warnings).toEqual([clipDoubt]);
    expect(started).toHaveLength(1);
  });

  it.each([
    ['an upload', 'clip-upload-1', 'is the clip of an upload, song 2.mp3 of session training'],
    ['made at MountSea', 'clip-there', 'is of the music there, made at MountSea'],
    ['of another relay', 'clip-before', 'is of the music before, and belongs to the provider at old.example'],
    ['of another user', 'clip-hers', 'is no clip of yours'],
  ])('that is %s is refused by name, with uncheckedClip and without it', async (_, fromClip, words) => {
    expect(await problemsOf({ fromClip })).toMatchObject(refusal(words));
    expect(await problemsOf({ fromClip, uncheckedClip: true })).toMatchObject(refusal(words));
  });

  it('of which nothing is known is passed on only when the caller says so, with a note on what was not checked', async () => {
    const fromClip = 'clip-unknown';
    expect(await problemsOf({ fromClip })).toMatchObject(
      refusal('If you know that it is so, say uncheckedClip (--unchecked-clip)'),
    );
    const { session, warnings } = await (await ask({ fromClip, uncheckedClip: true })).done;
    expect(session.music?.fromClip).toEqual({ clipId: fromClip });
    expect(warnings).toEqual([
      expect.stringContaining('nobody has checked the rules: it must exist at the relay'),
      clipDoubt,
    ]);
  });

  it('of music whose claim on the clip is gone is known by the record of that music', async () => {
    await music('unclaimed', 'clip-unclaimed', {}, { claims: false });
    const { session } = await (await ask({ fromClip: 'clip-unclaimed' })).done;
    expect(session.music?.fromClip).toEqual({ clipId: 'clip-unclaimed', sessionId: 'unclaimed' });
  });

  it('whose record is gone is not known any more', async () => {
    await music('gone', 'clip-gone');
    await table.store.changeSession('gone', () => ({ status: 'deleting' }));
    await table.store.remove('gone');
    expect(await problemsOf({ fromClip: 'clip-gone' })).toMatchObject(refusal('is of no music of yours'));
  });

  it('is refused at MountSea, and where no relay is configured', async () => {
    expect(
      await problemsOf({ fromClip: 'clip-mine', dialect: 'mountsea', model: 'chirp-v55' }),
    ).toMatchObject(refusal('say dialect "relay"'));
    const { done } = await ask({ fromClip: 'clip-mine' }, { set: 'RELAY_BASE_URL' });
    await expect(done).rejects.toMatchObject(refusal('none is configured here'));
  });

  it.each(['', 'a b', '../a', 'x'.repeat(101)])('"%s" is no id of a clip', (fromClip) => {
    expect(() => admitted(route, { body: { prompt: 'rain', fromClip } })).toThrow('is no id of a clip');
  });
});
