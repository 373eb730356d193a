import { beforeAll, describe, expect, it } from 'vitest';
import type { MusicClip } from '../../../functions/provider/provider.ts';
import type { CopyAudioState } from '../../../functions/shared/state-contracts.ts';
import { checkMusic } from '../../../functions/workflow/check-music/check-music.ts';
import { copyAudio } from '../../../functions/workflow/copy-audio/copy-audio.ts';
import type { Download } from '../../../packages/audio-inspection/download.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { scriptedProvider, statusOf } from '../../scripted-provider.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const schedule = settings.schedules.audio;
const music = {
  dialect: 'mountsea',
  model: 'chirp-v55',
  prompt: 'rain',
  tags: '',
  instrumental: false,
} as const;
const sound = { bytes: new Uint8Array(3), extension: 'mp3', format: 'MP3', durationSeconds: 2 };
const refused: Download = { trouble: 'The link to the audio answers 403.', status: 403 };
const link = (clipId: string) => `https://cdn.example/${clipId}`;

const locked = (clipId: string): MusicClip => ({ clipId, locked: true });
const linked = (clipId: string): MusicClip => ({ clipId, audioUrl: link(clipId) });

/** Music of two clips whose audio is to be copied. */
async function twoClips(sessionId: string): Promise<string> {
  await recordSession(table.store, {
    sessionId,
    count: 0,
    session: {
      kind: 'music',
      status: 'copying',
      create: { fence: 'ready', calls: 1, earlier: [], checks: 1, taskId: 'task' },
      music: { ...music, clips: [{ clipId: 'a' }, { clipId: 'b' }] },
    },
  });
  return sessionId;
}

/** One check: what the provider says of the clips, and what their links give. */
function check(
  state: CopyAudioState,
  clips: readonly MusicClip[],
  gives: (url: string) => Download = () => sound,
) {
  const { provider } = scriptedProvider({ status: [statusOf('success', { clips })] });
  return copyAudio(state, {
    store: table.store,
    settings,
    providerOf: () => provider,
    download: async (url) => gives(url),
    keep: async () => {},
  });
}

const recorded = async (sessionId: string) =>
  (await table.store.requireSession(sessionId)).music?.clips.map(({ clipId, locked, key }) => [
    clipId,
    key === undefined ? (locked ?? 'late') : 'kept',
  ]);

describe('a clip that the provider keeps locked', () => {
  it('ends the waiting when it is locked at two checks in a row, and is recorded as locked', async () => {
    const sessionId = await twoClips('locked');
    const clips = [locked('a'), locked('b')];
    const first = await check({ sessionId }, clips);
    expect(first).toMatchObject({ verdict: 'waiting', wait: schedule.checks[0] });
    expect(await recorded(sessionId)).toEqual([
      ['a', 'yes'],
      ['b', 'yes'],
    ]);
    await expect(check(first, clips)).rejects.toMatchObject({
      name: 'AudioLocked',
      message: expect.stringMatching(
        /^The music is made and paid, but the provider keeps the audio of 2 of 2 clips locked \(a, b\)\. .*Unlock them at the provider, then resume: that copies them for nothing\.$/,
      ),
    });
    expect(first.waited).toBeLessThan(schedule.deadline / 10);
  });

  it('is copied by a resume once it is unlocked, and is not called locked any more', async () => {
    const sessionId = await twoClips('unlocked');
    await check({ sessionId }, [locked('a'), locked('b')]);
    expect(await check({ sessionId }, [linked('a'), linked('b')])).toMatchObject({ verdict: 'done' });
    expect(await recorded(sessionId)).toEqual([
      ['a', 'kept'],
      ['b', 'kept'],
    ]);
    const { music, status } = await table.store.requireSession(sessionId);
    expect(status).toBe('ready');
    expect(music?.clips[0]).not.toHaveProperty('locked');
    expect(music?.clips[0]).not.toHaveProperty('trouble');
  });

  it('after it was late is looked at once more', async () => {
    const sessionId = await twoClips('late-then-locked');
    const first = await check({ sessionId }, [{ clipId: 'a' }, { clipId: 'b' }]);
    const second = await check(first, [locked('a'), locked('b')]);
    expect(second).toMatchObject({ verdict: 'waiting', checks: 2 });
    await expect(check(second, [locked('a'), locked('b')])).rejects.toMatchObject({ name: 'AudioLocked' });
  });

  it('and is still locked at a resume is looked at twice again', async () => {
    const sessionId = await twoClips('still-locked');
    const clips = [locked('a'), locked('b')];
    await check({ sessionId }, clips);
    const resumed = await check({ sessionId }, clips);
    expect(resumed).toMatchObject({ verdict: 'waiting', checks: 1 });
    await expect(check(resumed, clips)).rejects.toMatchObject({ name: 'AudioLocked' });
  });

  it('waits by the schedule for another clip that is late, and ends when that one is there', async () => {
    const sessionId = await twoClips('mixed');
    const late = [locked('a'), { clipId: 'b' }];
    const first = await check({ sessionId }, late);
    const second = await check(first, late);
    expect(second).toMatchObject({ verdict: 'waiting', checks: 2 });
    await expect(check(second, [locked('a'), linked('b')])).rejects.toThrow('1 of 2 clips locked (a)');
    expect(await recorded(sessionId)).toEqual([
      ['a', 'yes'],
      ['b', 'kept'],
    ]);
  });

  it('is not believed to be locked while the status cannot be asked for', async () => {
    const sessionId = await twoClips('unreachable');
    const first = await check({ sessionId }, [locked('a'), locked('b')]);
    expect(await check(first, [])).toMatchObject({ verdict: 'waiting' });
  });

  it('by its flag only is tried by its link: what can be had is had, and a 403 is the proof', async () => {
    const sessionId = await twoClips('flag');
    const clips = ['a', 'b'].map((clipId) => ({ ...linked(clipId), locked: true as const }));
    const gives = (url: string) => (url === link('a') ? sound : refused);
    const first = await check({ sessionId }, clips, gives);
    expect(await recorded(sessionId)).toEqual([
      ['a', 'kept'],
      ['b', 'yes'],
    ]);
    await expect(check(first, clips, gives)).rejects.toMatchObject({ name: 'AudioLocked' });
  });

  it('by its flag only, whose link gives something unfinished, is late', async () => {
    const sessionId = await twoClips('unfinished');
    const clips = ['a', 'b'].map((clipId) => ({ ...linked(clipId), locked: true as const }));
    await check({ sessionId }, clips, () => ({ trouble: 'The audio is not finished.' }));
    expect(await recorded(sessionId)).toEqual([
      ['a', 'late'],
      ['b', 'late'],
    ]);
  });
});

it('is found by Check music like any other: the music is made', async () => {
  const sessionId = 'made';
  await recordSession(table.store, {
    sessionId,
    count: 0,
    session: {
      kind: 'music',
      status: 'generating',
      create: { fence: 'submitted', calls: 1, earlier: [], checks: 0, taskId: 'task-made' },
      music: { ...music, clips: [] },
    },
  });
  const clips = [locked('made-a'), linked('made-b')];
  const { provider } = scriptedProvider({ status: [statusOf('success', { clips })] });
  const position = { wait: 0, waited: 0, total: 0, checks: 0, refusals: 0, verdict: 'waiting' } as const;
  const deps = { store: table.store, settings, providerOf: () => provider, now: () => testMoment };
  expect(await checkMusic({ sessionId, ...position }, deps)).toMatchObject({ verdict: 'done' });
  const session = await table.store.requireSession(sessionId);
  expect(session).toMatchObject({ status: 'copying' });
  expect(session.music?.clips).toEqual([{ clipId: 'made-a' }, { clipId: 'made-b' }]);
});

describe('a clip whose link answers 403 and nothing else', () => {
  it('is waited for to the end of the schedule, and then reported as perhaps locked', async () => {
    const sessionId = await twoClips('perhaps');
    const clips = [linked('a'), linked('b')];
    const gives = (url: string) => (url === link('a') ? refused : { trouble: 'It is no audio.' });
    const first = await check({ sessionId }, clips, gives);
    expect(await check(first, clips, gives)).toMatchObject({ verdict: 'waiting' });
    expect(await recorded(sessionId)).toEqual([
      ['a', 'perhaps'],
      ['b', 'late'],
    ]);
    await expect(check({ sessionId, waited: schedule.deadline }, clips, gives)).rejects.toMatchObject({
      name: 'DeadlineExceeded',
      message: expect.stringMatching(
        /A resume tries again, for nothing\. A link that answers 403 may belong to a clip that is locked \(a\): if so, unlock it at the provider first\.$/,
      ),
    });
  });
});
