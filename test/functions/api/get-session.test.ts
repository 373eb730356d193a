import { beforeAll, describe, expect, it } from 'vitest';
import { getSession, getTracksAfter } from '../../../functions/api/get-session/get-session.ts';
import { trackIdAt } from '../../../functions/domain/new-session.ts';
import { createWholeSessionStore } from '../../../functions/storage/whole-session-store.ts';
import { fakeExecutions } from '../../../test-support/fake-executions.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';

let table: Awaited<ReturnType<typeof openTable>>;
const now = () => Date.parse(testMoment);

beforeAll(async () => {
  table = await openTable();
  await recordSession(table.store, {
    sessionId: 'many',
    count: 2100,
    session: { kind: 'batch', status: 'uploading', runs: 1 },
    track: (index) => ({
      trackId: trackIdAt(index, 'batch'),
      attempts: 1,
      calls: 2,
      ...(index === 2099
        ? { status: 'duplicate', duplicateOf: '00001' }
        : { status: 'done', clipId: `clip ${index + 1}` }),
    }),
  });
});

/** A store that counts the items which it is given, by what was asked. */
function counting() {
  const read = { whole: 0, counted: 0 };
  const client: typeof table.client = Object.assign(Object.create(null), {
    async send(command: { input: Record<string, unknown> }) {
      const answer = await Reflect.apply(table.client.send, table.client, [command]);
      const items = answer.Items?.length ?? (answer.Item ? 1 : 0);
      read[command.input.ProjectionExpression === undefined ? 'whole' : 'counted'] += items;
      return answer;
    },
  });
  const store = createWholeSessionStore({ client, tableName: 'sessions', clock: now });
  return { read, deps: { store, executions: fakeExecutions().executions, settings, now, speed: 1 } };
}

describe('GET /sessions/{id} of thousands', () => {
  it('answers the first tracks with what is counted of all, and reads no track twice or whole for that', async () => {
    const { read, deps } = counting();
    const { answer, retryAfter } = await getSession('many', 'ana', deps);
    expect(answer.tracks).toHaveLength(1000);
    expect(answer).toMatchObject({ nextTracks: '01000', creditsSpent: 2100, providerCalls: 4200 });
    // Reading thousands of records is work.
    expect(retryAfter).toBe(8);
    expect(read).toEqual({ whole: 1 + 1001, counted: 1100 });
  });

  it('reads only the page that is asked for, and answers a copy with the clip of its original', async () => {
    const { read, deps } = counting();
    const second = await getTracksAfter('many', 'ana', deps, '01000');
    expect(second.tracks.map(({ trackId }) => trackId)[0]).toBe('01001');
    expect(second).toMatchObject({ nextTracks: '02000' });
    expect(second).not.toHaveProperty('creditsSpent');
    expect(read).toEqual({ whole: 1 + 1001, counted: 0 });
    const third = await getTracksAfter('many', 'ana', deps, '02000');
    expect(third.tracks).toHaveLength(100);
    expect(third.tracks.at(-1)).toMatchObject({ trackId: '02100', clipId: 'clip 1' });
    expect(third).not.toHaveProperty('nextTracks');
    expect(read).toEqual({ whole: 1 + 1001 + 1 + 100 + 1, counted: 0 });
  });

  it("does not read a page of another owner's", async () => {
    const { read, deps } = counting();
    const theirs = { name: 'SessionNotFound' };
    await expect(getSession('many', 'bob', deps)).rejects.toMatchObject(theirs);
    await expect(getTracksAfter('many', 'bob', deps, '01000')).rejects.toMatchObject(theirs);
    expect(read).toEqual({ whole: 2, counted: 0 });
  });
});

describe('GET /sessions/{id} of music', () => {
  it('shows of each clip whether its audio is here, and not where it is in the bucket', async () => {
    const asked = {
      dialect: 'mountsea',
      model: 'chirp-v55',
      prompt: 'rain',
      tags: '',
      instrumental: false,
    } as const;
    const clips = [{ clipId: 'kept', key: 'music/song/kept.wav', size: 5 }, { clipId: 'not-yet' }];
    const session = { kind: 'music', status: 'copying', music: { ...asked, clips } } as const;
    await recordSession(table.store, { sessionId: 'song', count: 0, session });
    const { answer } = await getSession('song', 'ana', counting().deps);
    expect(answer.music).toEqual({
      ...asked,
      clips: [
        { clipId: 'kept', size: 5, hasAudio: true },
        { clipId: 'not-yet', hasAudio: false },
      ],
    });
  });
});
