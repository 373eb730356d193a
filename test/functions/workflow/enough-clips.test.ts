import { beforeAll, describe, expect, it } from 'vitest';
import type { Session, Track } from '../../../functions/domain/session.ts';
import { enoughClips } from '../../../functions/workflow/enough-clips/enough-clips.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => testMoment;

describe('Enough clips?', () => {
  const enough = async (
    sessionId: string,
    session: Partial<Session>,
    track: (index: number) => Partial<Track>,
  ) => {
    await recordSession(table.store, {
      sessionId,
      count: 8,
      session: { status: 'uploading', ...session },
      track,
    });
    return enoughClips({ sessionId }, { store: table.store, settings, now });
  };
  const done = (index: number) => ({ status: 'done', clipId: `clip-${index}`, attempts: 1 }) as const;
  const failure = { error: 'ProviderRefused', reason: 'No.', at: testMoment } as const;
  const start = (clips: number) =>
    `Only ${clips} of the 8 clips that the model needs; nothing was paid for training. A resume tries the others again`;
  const minClips = (clips: number) => `, or resume with the ${clips} that have a clip (minClips ${clips}).`;
  const another = '; put another file in the place of one that cannot be used and resume';

  it.each<[string, number, Partial<Track>, string]>([
    ['passing', 7, { status: 'failed', failure }, `${start(7)}${minClips(7)}`],
    ['passing-few', 5, { status: 'failed', failure }, `${start(5)}.`],
    ['rejected', 7, { status: 'rejected', failure }, `${start(7)}${another}${minClips(7)}`],
    [
      'for-good',
      6,
      { status: 'failed', failure: { ...failure, permanent: true } },
      `${start(6)}${another}${minClips(6)}`,
    ],
    ['rejected-few', 5, { status: 'rejected', failure }, `${start(5)}${another}.`],
  ])('says what can be done: %s with %s clips', async (name, clips, last, summary) => {
    const asked = enough(`advice-${name}`, {}, (index) => (index < clips ? done(index) : last));
    await expect(asked).rejects.toMatchObject({ summary });
  });

  it('writes down that the training is looked for sooner, after uploads that were quick', async () => {
    await enough('quick', { checkTimes: { upload: [21] } }, (index) => ({
      ...done(index),
      providerSeconds: 9,
    }));
    const { checkTimes } = await table.store.requireSession('quick');
    expect(checkTimes).toMatchObject({ upload: [21], training: expect.arrayContaining([64, 128]) });
    await enough('usual', { checkTimes: { upload: [21] } }, (index) => ({
      ...done(index),
      providerSeconds: 20,
    }));
    expect((await table.store.requireSession('usual')).checkTimes).toEqual({ upload: [21] });
  });

  it('asks for another file when only some of the files without a clip are hopeless', async () => {
    const last = [
      { status: 'rejected', failure },
      { status: 'failed', failure },
    ] as const;
    const asked = enough('advice-both', {}, (index) => (index < 6 ? done(index) : (last[index - 6] ?? {})));
    await expect(asked).rejects.toMatchObject({ summary: `${start(6)}${another}${minClips(6)}` });
  });

  it.each<[string, Partial<Session>, boolean, string]>([
    ['asks for one', { review: true }, true, 'review'],
    ['has one', { review: true, approval: { at: testMoment, by: 'ana' } }, false, 'creating'],
    ['asks for none', {}, false, 'creating'],
    [
      'has paid already',
      { review: true, create: { fence: 'submitted', calls: 1, checks: 0, earlier: [] } },
      false,
      'creating',
    ],
  ])('goes to a review when the session %s: %o', async (name, session, review, status) => {
    const sessionId = `review-${name.replaceAll(' ', '-')}`;
    expect(await enough(sessionId, session, done)).toEqual({ sessionId, review });
    expect((await table.store.requireSession(sessionId)).status).toBe(status);
  });

  it('leaves the status of a session that is further on', async () => {
    await enough('further', { status: 'training' }, done);
    expect((await table.store.requireSession('further')).status).toBe('training');
  });
});
