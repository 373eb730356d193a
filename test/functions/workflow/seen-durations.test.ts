import { beforeAll, describe, expect, it } from 'vitest';
import { checkTraining } from '../../../functions/workflow/check-training/check-training.ts';
import { checkUpload } from '../../../functions/workflow/check-upload/check-upload.ts';
import { enoughClips } from '../../../functions/workflow/enough-clips/enough-clips.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { reachesAudio, scriptedProvider, statusOf } from '../../scripted-provider.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => testMoment;
const origin = (host: string) => ({ host, dialect: 'mountsea', stage: 'test' }) as const;
const seenAt = (host: string) => table.store.recentDurations(origin(host), testMoment);
const position = { total: 0, refusals: 0, verdict: 'waiting' } as const;

describe('how long the provider takes', () => {
  it('is written down for the uploads of a run, once', async () => {
    const provider = origin('uploads.example');
    await recordSession(table.store, {
      sessionId: 'uploads',
      session: { status: 'uploading', provider, runs: 1 },
      track: (index) => ({ status: 'done', clipId: `c${index}`, run: 1, providerSeconds: 20 + index }),
    });
    for (const _ of ['first', 'repeated']) {
      await enoughClips({ sessionId: 'uploads' }, { store: table.store, settings, now });
    }
    expect((await seenAt(provider.host)).upload).toEqual([
      { day: testMoment.slice(0, 10), seen: [20, 21, 22, 23, 24, 25] },
    ]);
  });

  it('is written down for a training, by the moments of the provider', async () => {
    const provider = origin('training.example');
    await recordSession(table.store, {
      sessionId: 'training',
      session: {
        ...{ status: 'training', provider, providerSessionId: 'p-training' },
        create: { fence: 'submitted', calls: 1, earlier: [], checks: 0, taskId: 'p-training' },
      },
      track: (index) => ({ status: 'done', clipId: `c${index}` }),
    });
    const modelId = 'chirp-custom:7b1f7c1e-1c57-4f0e-9f3a-2f4f2c0d9a11';
    const done = statusOf('success', { modelId, tookSeconds: 151.5 });
    const deps = {
      ...{ store: table.store, models: table.models, settings, now },
      provider: scriptedProvider({ status: [done] }).provider,
    };
    const state = { sessionId: 'training', ...position, wait: 27, waited: 127, checks: 1 };
    expect(await checkTraining(state, deps)).toMatchObject({ verdict: 'done' });
    expect((await seenAt(provider.host)).training).toEqual([{ day: testMoment.slice(0, 10), seen: [151.5] }]);
  });

  it.each<[string, { wait: number; waited: number; checks: number }, object]>([
    ['the two checks', { wait: 10, waited: 26, checks: 1 }, { endedBetween: [26, 36] }],
    ['its submission and the first check', { wait: 26, waited: 0, checks: 0 }, { endedBetween: [0, 26] }],
  ])('lies between %s where the provider names no moments', async (name, at, seen) => {
    const sessionId = `between ${name}`;
    await recordSession(table.store, {
      sessionId,
      session: { status: 'uploading', runs: 1 },
      track: () => ({ status: 'submitted', taskId: 't' }),
    });
    const { provider } = scriptedProvider({ status: [statusOf('success', { clipId: 'clip' })] });
    const ids = { sessionId, trackId: '001' };
    await checkUpload(
      { ...ids, ...position, ...at },
      { store: table.store, provider, audioWay: reachesAudio, settings, now },
    );
    expect(await table.store.requireTrack(sessionId, '001')).toMatchObject(seen);
  });

  it.each([
    ['seen at once after a resume', { wait: 0, waited: 0, checks: 0 }],
    ['under way before its first check', { wait: 26, waited: 0, checks: 1 }],
  ])('is not known of a task that was %s', async (name, at) => {
    const sessionId = `unknown ${name}`;
    await recordSession(table.store, {
      sessionId,
      session: { status: 'uploading', runs: 1 },
      track: () => ({ status: 'submitted', taskId: 't' }),
    });
    const { provider } = scriptedProvider({ status: [statusOf('success', { clipId: 'clip' })] });
    const ids = { sessionId, trackId: '001' };
    await checkUpload(
      { ...ids, ...position, ...at },
      { store: table.store, provider, audioWay: reachesAudio, settings, now },
    );
    const track = await table.store.requireTrack(sessionId, '001');
    expect([track.endedBetween, track.providerSeconds]).toEqual([undefined, undefined]);
  });
});
