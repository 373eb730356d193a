import { beforeAll, describe, expect, it } from 'vitest';
import { openProviderSession } from '../../../functions/domain/open-provider-session.ts';
import { canDecide, musicSchema, type Session, type Track } from '../../../functions/domain/session.ts';
import { mostEmptySuccesses, type TrainingState } from '../../../functions/shared/state-contracts.ts';
import { checkMusic } from '../../../functions/workflow/check-music/check-music.ts';
import { checkTraining } from '../../../functions/workflow/check-training/check-training.ts';
import { checkUpload } from '../../../functions/workflow/check-upload/check-upload.ts';
import { enoughClips } from '../../../functions/workflow/enough-clips/enough-clips.ts';
import { reconcileClips } from '../../../functions/workflow/reconcile-clips/reconcile-clips.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { reachesAudio, scriptedProvider, statusOf } from '../../scripted-provider.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => testMoment;
const modelId = 'chirp-custom:0a1b2c3d-0000-4000-8000-000000000012';
const position: Omit<TrainingState, 'sessionId'> = {
  wait: 0,
  waited: 0,
  total: 0,
  checks: 0,
  refusals: 0,
  verdict: 'waiting',
};
const submitted = (taskId: string): Session['create'] => ({
  fence: 'submitted',
  taskId,
  calls: 1,
  checks: 0,
  earlier: [],
});
/** The last track has the clip of the first. */
const shared = (index: number): Partial<Track> => ({
  status: 'done',
  clipId: `clip-${index === 6 ? 0 : index}`,
  attempts: 1,
});

describe('two tracks that the provider gave the same clip', () => {
  it('are reported, and the training is not paid', async () => {
    const session = { status: 'uploading', minClips: 6 } as const;
    await recordSession(table.store, { sessionId: 'clips', count: 7, session, track: shared });
    const enough = () => enoughClips({ sessionId: 'clips' }, { store: table.store, settings, now });
    await expect(enough()).rejects.toMatchObject({
      name: 'ProviderContradiction',
      problems: [
        { where: 'song 1.mp3', message: 'The provider gave the clip clip-0 to song 7.mp3 as well.' },
        { where: 'song 7.mp3', message: 'The provider gave the clip clip-0 to song 1.mp3 as well.' },
      ],
    });
    const { session: after, tracks } = await table.store.require('clips');
    expect(after.create.fence).toBe('none');
    for (const track of [tracks[0], tracks[6]]) {
      expect(track).toMatchObject({ status: 'failed', failure: { error: 'ProviderContradiction' } });
      expect(track).not.toHaveProperty('clipId');
      // Not for good: a resume sends them again.
      expect(track?.failure?.permanent).toBeUndefined();
    }
    expect(tracks[1]).toMatchObject({ status: 'done', clipId: 'clip-1' });
  });

  it('are found again by a step that was cut off when it had written down one of them', async () => {
    const session = { status: 'uploading', minClips: 6 } as const;
    await recordSession(table.store, { sessionId: 'cut-off', count: 7, session, track: shared });
    let writes = 0;
    const dying = {
      ...table.store,
      updateTrack: async (...change: Parameters<typeof table.store.updateTrack>) => {
        if (++writes > 1) throw new Error('out of memory');
        return table.store.updateTrack(...change);
      },
    };
    await expect(enoughClips({ sessionId: 'cut-off' }, { store: dying, settings, now })).rejects.toThrow();
    const enough = () => enoughClips({ sessionId: 'cut-off' }, { store: table.store, settings, now });
    await expect(enough()).rejects.toMatchObject({ name: 'ProviderContradiction' });
    const { tracks } = await table.store.require('cut-off');
    for (const track of [tracks[0], tracks[6]]) {
      expect(track).toMatchObject({ status: 'failed', failure: { error: 'ProviderContradiction' } });
      expect(track).not.toHaveProperty('clipId');
    }
  });

  it('are files without a clip in a batch', async () => {
    const session = { kind: 'batch', status: 'uploading', providerSessionId: 'p' } as const;
    await recordSession(table.store, { sessionId: 'batch', count: 7, session, track: shared });
    const audioIds = [0, 1, 2, 3, 4, 5].map((index) => `clip-${index}`);
    const { provider } = scriptedProvider({ status: [statusOf('success', { audioIds })] });
    await reconcileClips(
      { sessionId: 'batch', wait: 0, waited: settings.schedules.settle.deadline },
      { store: table.store, provider, settings, now },
    );
    expect(await table.store.requireSession('batch')).toMatchObject({
      status: 'ready',
      batch: { clips: 5, missing: 2, list: { notOurs: { count: 1, first: ['clip-0'] } } },
    });
  });
});

describe('one session of the provider for two of ours', () => {
  const open = async (sessionId: string, given: string) => {
    const session = await table.store.requireSession(sessionId);
    const opening = { open: async () => ({ sessionId: given }), refusals: 0 };
    return openProviderSession(session, opening, {
      store: table.store,
      settings,
      now: () => testMoment,
      random: () => 0.5,
    });
  };

  it('is reported and not used, and the next one is taken', async () => {
    for (const sessionId of ['first', 'second']) {
      await recordSession(table.store, { sessionId, session: { status: 'preparing' } });
    }
    await open('first', 'same');
    await expect(open('second', 'same')).rejects.toMatchObject({
      name: 'ProviderContradiction',
      message: expect.stringContaining('session first before'),
    });
    expect(await table.store.requireSession('second')).not.toHaveProperty('providerSessionId');
    await open('second', 'other');
    expect(await table.store.requireSession('second')).toMatchObject({ providerSessionId: 'other' });
  });

  it('is no contradiction when the same session gets it again', async () => {
    await recordSession(table.store, { sessionId: 'again', session: { status: 'preparing' } });
    await open('again', 'its own');
    await open('again', 'its own');
    expect(await table.store.requireSession('again')).toMatchObject({ providerSessionId: 'its own' });
  });
});

describe('one model for two sessions', () => {
  const check = (sessionId: string) => {
    const { provider } = scriptedProvider({ status: [statusOf('success', { modelId })] });
    const deps = { store: table.store, models: table.models, provider, settings, now };
    return checkTraining({ sessionId, ...position }, deps);
  };

  it('is reported, and a person decides', async () => {
    for (const [sessionId, owner] of [
      ['one', 'ana'],
      ['two', 'bea'],
    ] as const) {
      const session = { status: 'training', owner, create: submitted(sessionId) } as const;
      await recordSession(table.store, { sessionId, session });
    }
    await check('one');
    await expect(check('two')).rejects.toMatchObject({
      name: 'ProviderContradiction',
      message: expect.stringContaining(modelId),
    });
    const two = await table.store.requireSession('two');
    expect(two).toMatchObject({ failure: { error: 'ProviderContradiction' }, create: { fence: 'failed' } });
    expect(two).not.toHaveProperty('modelId');
    expect(canDecide({ ...two, status: 'failed' })).toBe(true);
    expect(await table.models.list('bea')).toEqual([]);
    // The same step once more tells the same, and asks nobody.
    const { provider } = scriptedProvider({});
    const again = checkTraining(
      { sessionId: 'two', ...position },
      { store: table.store, models: table.models, provider, settings, now },
    );
    await expect(again).rejects.toMatchObject({ name: 'ProviderContradiction' });
  });

  it('is none when a step that was cut off runs again', async () => {
    const session = { status: 'training', create: submitted('cut') } as const;
    await recordSession(table.store, { sessionId: 'cut', session });
    await table.store.claimId(await table.store.requireSession('cut'), 'model', 'chirp-custom:cut');
    await table.store.claimId(await table.store.requireSession('cut'), 'model', 'chirp-custom:cut');
  });
});

describe('a task that is a success and holds nothing', () => {
  /** Checks until it ends, at most ten times. @returns the checks that were made */
  async function until<State>(state: State, check: (state: State) => Promise<State>) {
    let checks = 0;
    let last = state;
    const ended: unknown = await (async () => {
      for (; checks < 10; checks++) last = await check(last);
    })().catch((error: unknown) => error);
    return { checks: checks + 1, ended };
  }
  const success = (count = 10) => Array.from({ length: count }, () => statusOf('success'));

  it('is not polled to the deadline: an upload fails, with a message that says what is wrong', async () => {
    await recordSession(table.store, {
      sessionId: 'upload',
      session: { status: 'uploading', providerSessionId: 'p' },
      track: () => ({ status: 'submitted', taskId: 't', attempts: 1 }),
    });
    const { provider, count } = scriptedProvider({ status: success() });
    const deps = { store: table.store, provider, audioWay: reachesAudio, settings, now };
    let state = await checkUpload({ sessionId: 'upload', trackId: '001', ...position }, deps);
    while (state.verdict === 'waiting') state = await checkUpload(state, deps);
    expect(state.verdict).toBe('failed');
    expect(count('status')).toBe(mostEmptySuccesses);
    expect(await table.store.requireTrack('upload', '001')).toMatchObject({
      failure: {
        error: 'ProviderContradiction',
        reason: 'The provider calls the upload "success", but its answer holds no id of a clip.',
      },
    });
  });

  it('is not polled to the deadline: a training ends, and a person decides', async () => {
    const session = { status: 'training', create: submitted('empty') } as const;
    await recordSession(table.store, { sessionId: 'empty', session });
    const { provider } = scriptedProvider({ status: success() });
    const deps = { store: table.store, models: table.models, provider, settings, now };
    const { checks, ended } = await until({ sessionId: 'empty', ...position }, (state) =>
      checkTraining(state, deps),
    );
    expect(ended).toMatchObject({
      name: 'ProviderContradiction',
      message: expect.stringMatching(/holds no id of a model/),
    });
    expect(checks).toBe(mostEmptySuccesses);
    expect((await table.store.requireSession('empty')).create.fence).toBe('failed');
  });

  it('is not polled to the deadline: music ends, and a person decides', async () => {
    const music = musicSchema.parse({
      model: 'chirp-v55',
      prompt: 'rain',
      tags: '',
      instrumental: false,
      clips: [],
    });
    const session = { kind: 'music', status: 'generating', music, create: submitted('m') } as const;
    await recordSession(table.store, { sessionId: 'song', count: 0, session });
    const { provider } = scriptedProvider({ status: success() });
    const deps = { store: table.store, providerOf: () => provider, settings, now };
    const { checks, ended } = await until({ sessionId: 'song', ...position }, (state) =>
      checkMusic(state, deps),
    );
    expect(ended).toMatchObject({
      name: 'ProviderContradiction',
      message: expect.stringMatching(/no clip that can be read/),
    });
    expect(checks).toBe(mostEmptySuccesses);
    const after = await table.store.requireSession('song');
    expect(after.create.fence).toBe('failed');
    expect(canDecide({ ...after, status: 'failed' })).toBe(true);
  });

  it('is waited for a little: the result may come later', async () => {
    const session = { status: 'training', create: submitted('later') } as const;
    await recordSession(table.store, { sessionId: 'later', session });
    const found = statusOf('success', { modelId: 'chirp-custom:0a1b2c3d-0000-4000-8000-000000000013' });
    const { provider } = scriptedProvider({ status: [...success(mostEmptySuccesses - 1), found] });
    const deps = { store: table.store, models: table.models, provider, settings, now };
    let state: TrainingState = { sessionId: 'later', ...position };
    while (state.verdict === 'waiting') state = await checkTraining(state, deps);
    expect(state.verdict).toBe('done');
  });
});

it("times are shown in the provider's seconds where our waits run faster than it", async () => {
  const session = { status: 'training', create: submitted('slow') } as const;
  await recordSession(table.store, { sessionId: 'slow', session });
  const { provider } = scriptedProvider({ status: [statusOf('running')] });
  const { deadline } = settings.schedules.training;
  const schedules = {
    ...settings.schedules,
    training: { ...settings.schedules.training, deadline: deadline * 10 },
  };
  const deps = {
    store: table.store,
    models: table.models,
    provider,
    settings: { ...settings, schedules, timeScale: 10 },
    now,
  };
  const late = checkTraining({ sessionId: 'slow', ...position, total: deadline * 10 }, deps);
  await expect(late).rejects.toThrow(`The training was not done after ${deadline} s`);
});

describe('one clip of the provider for two pieces of music', () => {
  const music = musicSchema.parse({
    model: 'chirp-v55',
    prompt: 'Rain',
    tags: '',
    instrumental: false,
    clips: [],
  });
  const check = (sessionId: string, ...clipIds: string[]) => {
    const clips = clipIds.map((clipId) => ({ clipId }));
    const { provider } = scriptedProvider({ status: [statusOf('success', { clips })] });
    const deps = { store: table.store, providerOf: () => provider, settings, now };
    return checkMusic({ ...position, sessionId }, deps);
  };

  it('is reported and not kept as the second one, and a person decides', async () => {
    for (const sessionId of ['song-1', 'song-2']) {
      const session = { kind: 'music', status: 'generating', music, create: submitted(sessionId) } as const;
      await recordSession(table.store, { sessionId, count: 0, session });
    }
    await expect(check('song-1', 'c1', 'c2')).resolves.toMatchObject({ verdict: 'done' });
    await expect(check('song-2', 'c3', 'c2')).rejects.toMatchObject({
      name: 'ProviderContradiction',
      message: 'The provider gives the clip c2 to session song-2, and has given it to session song-1 before.',
    });
    const second = await table.store.requireSession('song-2');
    expect(second).toMatchObject({
      create: { fence: 'failed', calls: 1 },
      failure: { error: 'ProviderContradiction' },
      music: { clips: [] },
    });
    expect(canDecide({ ...second, status: 'failed' })).toBe(true);
  });
});

describe('one task of the provider for two pieces of music', () => {
  const music = musicSchema.parse({
    model: 'chirp-v55',
    prompt: 'Rain',
    tags: '',
    instrumental: false,
    clips: [],
  });
  const check = (sessionId: string) => {
    const { provider } = scriptedProvider({ status: [statusOf('running')] });
    const deps = { store: table.store, providerOf: () => provider, settings, now };
    return checkMusic({ ...position, sessionId }, deps);
  };

  it('leaves the second in doubt, for a person to decide, and the first as it is', async () => {
    const session = { kind: 'music', status: 'generating', music, create: submitted('task-1') } as const;
    for (const sessionId of ['music-1', 'music-2']) {
      await recordSession(table.store, { sessionId, count: 0, session });
    }
    await expect(check('music-1')).resolves.toMatchObject({ verdict: 'waiting' });
    await expect(check('music-1')).resolves.toMatchObject({ verdict: 'waiting' });
    await expect(check('music-2')).rejects.toMatchObject({
      name: 'NeedsDecision',
      message: expect.stringContaining('has given it to session music-1 before'),
    });
    const second = await table.store.requireSession('music-2');
    expect(second.create).toMatchObject({ fence: 'unknown', calls: 1 });
    expect(second.create).not.toHaveProperty('taskId');
    expect(canDecide({ ...second, status: 'needs-decision' })).toBe(true);
    expect((await table.store.requireSession('music-1')).create).toEqual(submitted('task-1'));
  });
});
