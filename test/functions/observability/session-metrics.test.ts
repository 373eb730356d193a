import { beforeEach, describe, expect, it } from 'vitest';
import { trainingCredits, uploadCredits } from '../../../functions/domain/credits.ts';
import { meteredMusic, meteredTraining } from '../../../functions/observability/metered-provider.ts';
import { type Measurement, metricLine, metrics } from '../../../functions/observability/metrics.ts';
import { storeObserver } from '../../../functions/observability/store-observer.ts';
import { type Provider, ProviderError } from '../../../functions/provider/provider.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { defaultSettings } from '../../../functions/shared/settings.ts';
import { createWholeSessionStore } from '../../../functions/storage/whole-session-store.ts';
import { recordSession } from '../../../test-support/session-records.ts';
import { openMemoryTable } from '../../../test-support/tables/memory-table.ts';
import type { Table } from '../../../test-support/tables/table.ts';

const { prices } = defaultSettings;
let table: Table;
let now: number;
let seen: (Measurement & { about: object })[];
beforeEach(async () => {
  table = await openMemoryTable();
  now = Date.parse('2026-11-21T03:00:00Z');
  seen = [];
});

const open = () =>
  createWholeSessionStore({
    client: table.client,
    tableName: table.name,
    clock: () => now,
    watcher: storeObserver({
      measure: (it, about) => seen.push({ ...it, about }),
      prices: () => prices,
      bus: () => ({ put: async () => {} }),
      warn: () => {},
    }),
  });
const measured = () => seen.splice(0).map(({ about: _, ...measurement }) => measurement);

describe('what is written into a session', () => {
  it('counts how long each phase took, and how the run ended', async () => {
    const store = open();
    await recordSession(store, { sessionId: 's', count: 1, session: { executionArn: 'arn:aws:x:s-1' } });
    let session = await store.updateSession(await store.requireSession('s'), { status: 'preparing' });
    now += 2_500;
    session = await store.updateSession(session, { status: 'uploading' });
    now += 1_000;
    // Anything else that is written moves no phase.
    session = await store.updateSession(session, { pace: 2 });
    now += 9_000;
    const failure = { error: 'NotEnoughClips', reason: 'Only 5.', at: new Date(now).toISOString() } as const;
    await store.updateSession(session, { status: 'failed', failure });
    expect(seen.map(({ about }) => about)).toEqual([
      { sessionId: 's', execution: 's-1' },
      { sessionId: 's', execution: 's-1' },
      { sessionId: 's', execution: 's-1' },
    ]);
    expect(measured()).toEqual([
      { name: 'PhaseSeconds', value: 2.5, dimensions: { kind: 'train', phase: 'preparing' } },
      { name: 'PhaseSeconds', value: 10, dimensions: { kind: 'train', phase: 'uploading' } },
      {
        name: 'Sessions',
        value: 1,
        dimensions: { kind: 'train', outcome: 'failed', error: 'NotEnoughClips' },
      },
    ]);
  });

  it.each([
    ['AudioRejected', 0],
    ['NotEnoughClips', 0],
    ['TrainingFailed', 1],
    ['Unexpected', 1],
  ] as const)(
    'counts a run that failed with %s %i times among those that call an operator',
    async (error, times) => {
      const store = open();
      await recordSession(store, { sessionId: 's', count: 1, session: { status: 'uploading' } });
      const failure = { error, reason: 'So it ended.', at: new Date(now).toISOString() };
      await store.updateSession(await store.requireSession('s'), { status: 'failed', failure });
      expect(measured().filter(({ name }) => name === 'RunsFailed')).toHaveLength(times);
    },
  );

  it('counts credits as the answers of the API do, and takes back what was surely not taken', async () => {
    const store = open();
    await recordSession(store, { sessionId: 's', count: 1 });
    const session = await store.requireSession('s');
    const { create } = session;
    const intent = await store.updateSession(session, { create: { ...create, fence: 'intent', calls: 1 } });
    expect(measured()).toEqual([{ name: 'CreditsSpent', value: 100, dimensions: { task: 'training' } }]);
    await store.updateSession(intent, { create: { ...create, fence: 'none', calls: 1 } });
    expect(measured()).toEqual([{ name: 'CreditsSpent', value: -100, dimensions: { task: 'training' } }]);
    const track = await store.requireTrack('s', '001');
    const sent = await store.updateTrack(track, { status: 'submitting', attempts: 1 });
    const value = uploadCredits(sent, prices);
    expect(measured()).toEqual([{ name: 'CreditsSpent', value, dimensions: { task: 'upload' } }]);
    expect(trainingCredits(intent, prices)).toBe(100);
  });

  it('counts the checks of a task once it has ended', async () => {
    const store = open();
    await recordSession(store, { sessionId: 's', count: 1 });
    let track = await store.requireTrack('s', '001');
    track = await store.updateTrack(track, { status: 'submitting', calls: track.calls + 1 });
    track = await store.updateTrack(track, { status: 'submitted', taskId: 't' });
    expect(measured()).toEqual([]);
    await store.updateTrack(track, { status: 'done', clipId: 'c', calls: track.calls + 3 });
    const session = await store.requireSession('s');
    await store.updateSession(session, { create: { ...session.create, checks: 6 } });
    expect(measured()).toEqual([
      { name: 'Checks', value: 3, dimensions: { task: 'upload' } },
      { name: 'Checks', value: 6, dimensions: { task: 'training' } },
    ]);
  });

  it('counts music as music: its checks, its credits, its phases', async () => {
    const store = open();
    await recordSession(store, { sessionId: 'm', count: 0, session: { kind: 'music', status: 'creating' } });
    const session = await store.requireSession('m');
    const { create } = session;
    const intent = await store.updateSession(session, { create: { ...create, fence: 'intent', calls: 1 } });
    now += 1_000;
    const asked = await store.updateSession(intent, {
      status: 'generating',
      create: { ...intent.create, fence: 'submitted' },
    });
    now += 40_000;
    const made = await store.updateSession(asked, {
      status: 'copying',
      create: { ...asked.create, fence: 'ready', checks: 3 },
    });
    now += 5_000;
    await store.updateSession(made, { status: 'ready' });
    const kind = 'music';
    expect(measured()).toEqual([
      { name: 'CreditsSpent', value: prices.generate, dimensions: { task: 'music' } },
      { name: 'PhaseSeconds', value: expect.any(Number), dimensions: { kind, phase: 'creating' } },
      { name: 'PhaseSeconds', value: 40, dimensions: { kind, phase: 'generating' } },
      { name: 'Checks', value: 3, dimensions: { task: 'music' } },
      { name: 'PhaseSeconds', value: 5, dimensions: { kind, phase: 'copying' } },
      { name: 'Sessions', value: 1, dimensions: { kind, outcome: 'ready' } },
    ]);
  });

  it('counts nothing for a write that lost to another', async () => {
    const store = open();
    await recordSession(store, { sessionId: 's', count: 1 });
    const session = await store.requireSession('s');
    await store.updateSession(session, { status: 'preparing' });
    await expect(store.updateSession(session, { status: 'cancelled' })).rejects.toThrow('first');
    expect(measured()).toEqual([]);
  });
});

describe('calls to the provider', () => {
  it('are counted by call and by what came of them', async () => {
    const counted: Measurement[] = [];
    const fails = (error: Error) => async () => {
      throw error;
    };
    const whole: Provider = {
      readKey: async () => false,
      prepare: async () => ({ sessionId: 's' }),
      upload: fails(
        new ProviderError('ProviderThrottled', {
          call: 'upload',
          message: 'busy',
          taken: 'no',
          status: 429,
        }),
      ),
      create: fails(new ChirpsmithError('AccessDenied', 'The key may not be read.')),
      status: fails(new TypeError('a bug')),
      openBatch: async () => ({ sessionId: 'b' }),
      addToBatch: async () => ({ taskId: 't' }),
      generate: async () => ({ taskId: 'g' }),
      persona: async () => ({ personaId: 'p' }),
      credits: async () => 7,
    };
    const provider = meteredTraining(whole, (it) => counted.push(it));
    const music = meteredMusic(whole, (it) => counted.push(it));
    await provider.prepare();
    await expect(provider.upload({ sessionId: 's', audioUrl: 'u' })).rejects.toThrow('busy');
    await expect(provider.create({ sessionId: 's', clipIds: [], name: 'n' })).rejects.toThrow('read');
    await expect(provider.status('t', 'upload')).rejects.toThrow('a bug');
    await provider.openBatch();
    await provider.addToBatch({ sessionId: 'b', audioUrl: 'u' });
    await music.generate({ model: 'm', prompt: 'p', tags: 't' });
    await music.persona({ clipId: 'c', name: 'n' });
    expect([await provider.credits(), await music.credits()]).toEqual([7, 7]);
    expect(counted.map(({ dimensions }) => dimensions)).toEqual([
      { call: 'prepare', result: 'ok' },
      { call: 'upload', result: 'ProviderThrottled' },
      { call: 'create', result: 'AccessDenied' },
      { call: 'status', result: 'Unexpected' },
      { call: 'openBatch', result: 'ok' },
      { call: 'addToBatch', result: 'ok' },
      { call: 'generate', result: 'ok' },
      { call: 'persona', result: 'ok' },
    ]);
  });
});

describe('a line of the embedded metric format', () => {
  const at = Date.parse('2026-11-21T03:00:00Z');

  it('has the stage in every set of dimensions, and the ids of the line in none', () => {
    const line = metricLine(
      { name: 'ProviderCalls', value: 1, dimensions: { call: 'create', result: 'ok' } },
      { stage: 'prod', at, about: { sessionId: 's', execution: 's-1', state: 'Create model' } },
    );
    expect(JSON.parse(line)).toEqual({
      sessionId: 's',
      execution: 's-1',
      state: 'Create model',
      _aws: {
        Timestamp: at,
        CloudWatchMetrics: [
          {
            Namespace: 'Chirpsmith',
            Dimensions: [['stage'], ['stage', 'result'], ['stage', 'call', 'result']],
            Metrics: [{ Name: 'ProviderCalls', Unit: 'Count' }],
          },
        ],
      },
      stage: 'prod',
      call: 'create',
      result: 'ok',
      ProviderCalls: 1,
    });
  });

  it('leaves out the sets whose dimensions are not there', () => {
    const dimensions = { kind: 'train', outcome: 'ready' };
    const line = JSON.parse(
      metricLine({ name: 'Sessions', value: 1, dimensions }, { stage: 'prod', at, about: {} }),
    );
    expect(line._aws.CloudWatchMetrics[0].Dimensions).toEqual([
      ['stage', 'outcome'],
      ['stage', 'kind', 'outcome'],
    ]);
  });

  it('is never by session', () => {
    const dimensions = Object.values(metrics).flatMap(({ by }) => by.flatMap((set) => [...set]));
    expect([...new Set(dimensions)].sort()).toEqual([
      'call',
      'error',
      'kind',
      'outcome',
      'phase',
      'result',
      'task',
    ]);
  });
});
