import { beforeAll, describe, expect, it } from 'vitest';
import { sessionAnswer } from '../../../functions/api/session-response.ts';
import { musicSchema, type Session } from '../../../functions/domain/session.ts';
import type { MusicProvider } from '../../../functions/provider/provider.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import type { MusicState } from '../../../functions/shared/state-contracts.ts';
import { checkMusic } from '../../../functions/workflow/check-music/check-music.ts';
import { copyAudio } from '../../../functions/workflow/copy-audio/copy-audio.ts';
import { recordFailure } from '../../../functions/workflow/record-failure/record-failure.ts';
import { requestMusic } from '../../../functions/workflow/request-music/request-music.ts';
import { arnOf } from '../../../test-support/fake-executions.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { providerError, scriptedProvider, statusAs, statusOf } from '../../scripted-provider.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => testMoment;
const music = musicSchema.parse({
  model: 'chirp-v55',
  prompt: 'rain',
  tags: '',
  instrumental: false,
  clips: [],
});
const clips = [{ clipId: 'clip-1', audioUrl: 'https://cdn.example/1' }, { clipId: 'clip-2' }];
const create = (fence: Session['create']['fence'], more: Partial<Session['create']> = {}) => ({
  fence,
  calls: fence === 'none' ? 0 : 1,
  checks: 0,
  earlier: [],
  ...more,
});
const record = (sessionId: string, session: Partial<Session> = {}) =>
  recordSession(table.store, {
    sessionId,
    count: 0,
    session: {
      kind: 'music',
      status: 'preparing',
      runs: 1,
      executionArn: arnOf(`${sessionId}-1`),
      music,
      ...session,
    },
  });
const depsWith = (provider: MusicProvider) => ({
  store: table.store,
  providerOf: () => provider,
  relay: { set: 'relayBaseUrl' },
  settings,
  now,
  random: () => 0.5,
});
const position: Omit<MusicState, 'sessionId'> = {
  wait: 0,
  waited: 0,
  total: 0,
  checks: 0,
  refusals: 0,
  verdict: 'waiting',
};

describe('Request music', () => {
  it('asks once, writes down the task, and waits by the schedule of music', async () => {
    await record('asks');
    const { provider, count } = scriptedProvider({ generate: [{ taskId: 'task' }] });
    const state = await requestMusic({ sessionId: 'asks' }, depsWith(provider));
    expect(state).toMatchObject({
      verdict: 'waiting',
      wait: settings.schedules.music.checks[0],
      refusals: 0,
    });
    expect(count('generate')).toBe(1);
    expect(await table.store.requireSession('asks')).toMatchObject({
      status: 'generating',
      create: { fence: 'submitted', taskId: 'task', calls: 1 },
    });
  });

  it.each(['intent', 'unknown', 'submitted', 'failed', 'ready'] as const)(
    'coming round with the fence at %s, asks for nothing and pays nothing',
    async (fence) => {
      await record(`round-${fence}`, { create: create(fence) });
      const { provider, calls } = scriptedProvider({});
      const state = await requestMusic({ sessionId: `round-${fence}`, refusals: 2 }, depsWith(provider));
      expect(state).toMatchObject({ verdict: 'waiting', wait: 0 });
      expect(calls).toEqual([]);
      expect((await table.store.requireSession(`round-${fence}`)).create.fence).toBe(fence);
    },
  );

  it.each(['cancelled', 'failed', 'abandoned', 'deleting'] as const)(
    'buys nothing for a session that is %s by the time that it runs',
    async (status) => {
      await record(`late-${status}`, { status });
      const { provider, calls } = scriptedProvider({});
      const asked = requestMusic({ sessionId: `late-${status}` }, depsWith(provider));
      await expect(asked).rejects.toMatchObject({ name: 'NotPossible' });
      expect(calls).toEqual([]);
      expect(await table.store.requireSession(`late-${status}`)).toMatchObject({
        status,
        create: create('none'),
      });
    },
  );

  it('is not called where the account has too few credits', async () => {
    await record('poor');
    const { provider, count } = scriptedProvider({ credits: [settings.prices.generate - 1] });
    const asked = requestMusic({ sessionId: 'poor' }, depsWith(provider));
    await expect(asked).rejects.toMatchObject({ name: 'CreditsExhausted' });
    expect(count('generate')).toBe(0);
    expect((await table.store.requireSession('poor')).create.fence).toBe('none');
  });

  it('throttled, counts the refusal and waits; the last one ends the run with nothing paid', async () => {
    await record('busy');
    const { limits } = settings;
    const { provider, count } = scriptedProvider({
      generate: Array.from({ length: limits.createCalls + 2 }, () =>
        providerError('ProviderThrottled', 'no'),
      ),
    });
    let state: MusicState = { sessionId: 'busy', ...position };
    const ended: unknown = await (async () => {
      for (;;) {
        state = await requestMusic(state, depsWith(provider));
        state = await checkMusic(state, depsWith(provider));
        expect(state.verdict).toBe('again');
      }
    })().catch((error: unknown) => error);
    expect(ended).toMatchObject({
      name: 'ProviderThrottled',
      message: expect.stringMatching(/nothing was paid/),
    });
    expect(count('generate')).toBe(limits.createCalls);
    expect((await table.store.requireSession('busy')).create.fence).toBe('none');
  });

  it('that could not be called says what kept it from it', async () => {
    await record('barred');
    const lost = { Error: 'Lambda.AWSLambdaException', Cause: 'is not authorized to perform: lambda:Invoke' };
    const state = { sessionId: 'barred', ...position, refusals: settings.limits.createCalls, lost };
    const { provider } = scriptedProvider({});
    await expect(checkMusic(state, depsWith(provider))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringMatching(/nothing was paid: .*lambda:Invoke/),
    });
  });
});

describe('Check music', () => {
  const going = (sessionId: string) =>
    record(sessionId, {
      status: 'generating',
      create: create('submitted', { taskId: `task of ${sessionId}` }),
    });

  it('writes the clips down without their links, and goes on to keep the audio', async () => {
    await going('clips');
    const { provider } = scriptedProvider({ status: [statusOf('success', { clips })] });
    const state = await checkMusic({ sessionId: 'clips', ...position }, depsWith(provider));
    expect(state).toMatchObject({ verdict: 'done', wait: 0 });
    const session = await table.store.requireSession('clips');
    expect(session).toMatchObject({
      status: 'copying',
      create: { fence: 'ready', checks: 1, finishedAt: testMoment },
      music: { clips: [{ clipId: 'clip-1' }, { clipId: 'clip-2' }] },
    });
    expect(JSON.stringify(session)).not.toContain('cdn.example');
  });

  it.each([
    ['failed', 'The prompt was refused.', 'The prompt was refused.'],
    ['timeout', undefined, 'ended the music as "timeout" and gave no reason'],
  ])(
    'that has ended as %s is told in the words of the provider, and a person can decide',
    async (status, failReason, words) => {
      const sessionId = `ended-${status}`;
      await going(sessionId);
      const { provider } = scriptedProvider({
        status: [statusOf(status, failReason === undefined ? {} : { failReason })],
      });
      const checked = checkMusic({ sessionId, ...position }, depsWith(provider));
      await expect(checked).rejects.toMatchObject({
        name: 'GenerationFailed',
        message: expect.stringContaining(words),
      });
      await recordFailure(
        {
          execution: { Id: arnOf(`${sessionId}-1`), Name: '' },
          input: { sessionId },
          error: { Error: 'GenerationFailed', Cause: words },
        },
        { store: table.store, now },
      );
      const found = await table.store.require(sessionId);
      expect(found.session).toMatchObject({ status: 'failed', create: { fence: 'failed' } });
      expect(sessionAnswer(found, settings, false).actions).toEqual(['decide']);
    },
  );

  it('that is still running is asked about again, by the schedule and not before Retry-After', async () => {
    await going('running');
    const { provider } = scriptedProvider({
      status: [statusOf('running'), providerError('ProviderThrottled', 'no', { retryAfter: 90 })],
    });
    const first = await checkMusic({ sessionId: 'running', ...position, wait: 25 }, depsWith(provider));
    expect(first).toMatchObject({ verdict: 'waiting', waited: 25, total: 25, wait: 10, checks: 1 });
    const second = await checkMusic(first, depsWith(provider));
    expect(second).toMatchObject({ verdict: 'waiting', waited: 35, wait: 90, checks: 2 });
  });

  it('that is not done by its deadline may end yet: it can be resumed or decided on', async () => {
    await going('late');
    const { deadline } = settings.schedules.music;
    const running = () => scriptedProvider({ status: [statusOf('running')] }).provider;
    const before = { sessionId: 'late', ...position, total: deadline - 1 };
    expect(await checkMusic(before, depsWith(running()))).toMatchObject({ verdict: 'waiting' });
    const checked = checkMusic({ ...before, total: deadline }, depsWith(running()));
    await expect(checked).rejects.toMatchObject({
      name: 'DeadlineExceeded',
      message: expect.stringContaining(`not done after ${deadline} s (its last status was "running")`),
    });
    expect((await table.store.requireSession('late')).create.fence).toBe('submitted');
  });

  it.each([
    ['ready', { verdict: 'done' }],
    ['failed', { name: 'GenerationFailed' }],
    ['unknown', { name: 'NeedsDecision' }],
    ['intent', { name: 'NeedsDecision' }],
  ] as const)('with the fence at %s asks nobody', async (fence, ends) => {
    await record(`asks-${fence}`, { create: create(fence) });
    const { provider, calls } = scriptedProvider({});
    const ended: unknown = await checkMusic(
      { sessionId: `asks-${fence}`, ...position },
      depsWith(provider),
    ).catch((error: unknown) => error);
    expect(ended).toMatchObject(ends);
    expect(calls).toEqual([]);
  });
});

describe('Copy audio', () => {
  const keepable = (sessionId: string) =>
    record(sessionId, {
      status: 'copying',
      create: create('ready', { taskId: 'task' }),
      music: { ...music, clips: [{ clipId: 'clip-1' }, { clipId: 'clip-2' }] },
    });
  const audio = {
    bytes: new Uint8Array(3),
    extension: 'mp3',
    format: 'MP3',
    durationSeconds: 2,
  };
  const linking = (): MusicProvider => ({
    ...scriptedProvider({}).provider,
    status: async () =>
      statusAs(
        'music',
        statusOf('success', {
          clips: clips.map(({ clipId }) => ({ clipId, audioUrl: `https://cdn.example/${clipId}` })),
        }),
      ),
  });

  it('a copy into the bucket that fails is not recorded as kept, and the next step copies it', async () => {
    await keepable('fails');
    const kept: string[] = [];
    let refuses = true;
    const deps = {
      ...depsWith(linking()),
      download: async () => audio,
      keep: async (key: string) => {
        if (refuses && key.includes('clip-2')) throw new ChirpsmithError('StorageUnavailable', 'SlowDown');
        kept.push(key);
      },
    };
    await expect(copyAudio({ sessionId: 'fails' }, deps)).rejects.toMatchObject({
      name: 'StorageUnavailable',
    });
    const half = await table.store.requireSession('fails');
    expect(half.status).toBe('copying');
    expect(half.music?.clips.map(({ key }) => key !== undefined)).toEqual([true, false]);

    refuses = false;
    expect(await copyAudio({ sessionId: 'fails' }, deps)).toMatchObject({ verdict: 'done' });
    expect(kept).toEqual(['music/fails/clip-1.mp3', 'music/fails/clip-2.mp3']);
    expect(await table.store.requireSession('fails')).toMatchObject({
      status: 'ready',
      music: { clips: [{ size: 3, format: 'MP3', durationSeconds: 2 }, { key: 'music/fails/clip-2.mp3' }] },
    });
  });

  it('downloads only what is not kept yet, and asks for no link when all is', async () => {
    await record('whole', {
      status: 'copying',
      create: create('ready', { taskId: 'task' }),
      music: { ...music, clips: [{ clipId: 'clip-1', key: 'music/whole/clip-1.mp3' }] },
    });
    const deps = {
      ...depsWith(scriptedProvider({}).provider),
      download: () => Promise.reject(new Error('nothing is downloaded')),
      keep: () => Promise.reject(new Error('nothing is kept')),
    };
    expect(await copyAudio({ sessionId: 'whole' }, deps)).toMatchObject({ verdict: 'done' });
    expect((await table.store.requireSession('whole')).status).toBe('ready');
  });

  it('what cannot be had is noted with its reason, waited for by the schedule, and reported when that is over', async () => {
    await keepable('no-link');
    const deps = {
      ...depsWith(linking()),
      download: async () => ({ trouble: 'The link answers 403.' }),
      keep: () => Promise.reject(new Error('nothing is kept')),
    };
    const { deadline, checks } = settings.schedules.audio;
    expect(await copyAudio({ sessionId: 'no-link' }, deps)).toMatchObject({
      verdict: 'waiting',
      wait: checks[0],
      checks: 1,
    });
    const noted = await table.store.requireSession('no-link');
    expect(noted.music?.clips[0]).toEqual({ clipId: 'clip-1', trouble: 'The link answers 403.' });
    await expect(copyAudio({ sessionId: 'no-link', waited: deadline }, deps)).rejects.toMatchObject({
      name: 'DeadlineExceeded',
      message: expect.stringMatching(/audio of 2 of 2 clips .* 403/),
    });
    // Not by the machine's word: Record failure writes how it ended.
    expect((await table.store.requireSession('no-link')).status).toBe('copying');
  });

  it('started again by a resume, goes back to copying and then to ready', async () => {
    await keepable('resumed');
    const session = await table.store.requireSession('resumed');
    await table.store.updateSession(session, { status: 'preparing' });
    const deps = { ...depsWith(linking()), download: async () => audio, keep: async () => {} };
    await copyAudio({ sessionId: 'resumed' }, deps);
    expect((await table.store.requireSession('resumed')).status).toBe('ready');
  });

  it('does not undo a cancel that came meanwhile', async () => {
    await keepable('cancelled');
    const deps = {
      ...depsWith(linking()),
      download: async () => {
        await table.store.changeSession('cancelled', () => ({ status: 'cancelled' }));
        return audio;
      },
      keep: async () => {},
    };
    await copyAudio({ sessionId: 'cancelled' }, deps);
    expect((await table.store.requireSession('cancelled')).status).toBe('cancelled');
  });
});
