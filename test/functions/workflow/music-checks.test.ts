import { beforeAll, describe, expect, it } from 'vitest';
import { musicSchema, type Session } from '../../../functions/domain/session.ts';
import type { Provider } from '../../../functions/provider/provider.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { type MusicState, mostEmptySuccesses } from '../../../functions/shared/state-contracts.ts';
import { checkMusic } from '../../../functions/workflow/check-music/check-music.ts';
import { copyAudio } from '../../../functions/workflow/copy-audio/copy-audio.ts';
import { requestMusic } from '../../../functions/workflow/request-music/request-music.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { providerError, scriptedProvider, statusOf } from '../../scripted-provider.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => testMoment;
const music = musicSchema.parse({
  ...{ model: 'chirp-v55', prompt: 'rain', tags: '', instrumental: false },
  clips: [],
});
const create = (fence: Session['create']['fence'], more: Partial<Session['create']> = {}) => ({
  ...{ fence, calls: fence === 'none' ? 0 : 1, checks: 0, earlier: [] },
  ...more,
});
async function record(sessionId: string, session: Partial<Session> = {}) {
  const more = { kind: 'music', status: 'generating', runs: 1, music, ...session } as const;
  await recordSession(table.store, { sessionId, count: 0, session: more });
  return sessionId;
}
const depsWith = (provider: Provider) => ({
  ...{ store: table.store, providerOf: () => provider, relay: { set: 'relayBaseUrl' }, settings, now },
  random: () => 0.5,
});
const position: Omit<MusicState, 'sessionId'> = {
  ...{ wait: 0, waited: 0, total: 0, checks: 0, refusals: 0 },
  verdict: 'waiting',
};
const nobody = scriptedProvider({}).provider;
const check = (sessionId: string, provider: Provider = nobody, state: Partial<MusicState> = {}) =>
  checkMusic({ sessionId, ...position, ...state }, depsWith(provider));

describe('Request music, started again by a resume', () => {
  it.each([
    ['preparing', 'submitted', 'generating'],
    ['preparing', 'unknown', 'preparing'],
    ['cancelled', 'submitted', 'cancelled'],
  ] as const)('of a session that is %s with a call %s leaves it %s', async (status, fence, after) => {
    const sessionId = await record(`again-${status}-${fence}`, {
      status,
      create: create(fence, { taskId: 'task' }),
    });
    await requestMusic({ sessionId }, depsWith(nobody));
    expect((await table.store.requireSession(sessionId)).status).toBe(after);
  });
});

describe('Request music says', () => {
  it('the status of a session that it buys nothing for', async () => {
    const sessionId = await record('stopped', { status: 'cancelled' });
    await expect(requestMusic({ sessionId }, depsWith(nobody))).rejects.toThrow(
      'Session stopped is "cancelled": nothing is bought.',
    );
  });

  it('that nothing was sent when the rules of the dialect are broken', async () => {
    const sessionId = await record('unruly', { music: { ...music, dialect: 'relay' } });
    await expect(requestMusic({ sessionId }, depsWith(nobody))).rejects.toThrow(
      'The music cannot be asked for like this; nothing was sent.',
    );
  });

  it('what would cost more than the account has', async () => {
    const sessionId = await record('poor');
    const { provider } = scriptedProvider({ credits: [1] });
    await expect(requestMusic({ sessionId }, depsWith(provider))).rejects.toThrow(
      `The music would cost about ${settings.prices.generate} credits, and the account has 1`,
    );
  });

  it('what the provider refused to do, in its words', async () => {
    const sessionId = await record('refused');
    const refusal = providerError('ProviderRefused', 'no', { reason: 'The prompt names a singer.' });
    const { provider } = scriptedProvider({ generate: [refusal] });
    await expect(requestMusic({ sessionId }, depsWith(provider))).rejects.toThrow(
      'The provider refused to make the music: The prompt names a singer.',
    );
  });
});

describe('the wait after Request music', () => {
  it('is as long as a provider that is busy asks', async () => {
    const sessionId = await record('busy');
    const busy = providerError('ProviderThrottled', 'no', { retryAfter: 300 });
    const state = await requestMusic(
      { sessionId },
      depsWith(scriptedProvider({ generate: [busy] }).provider),
    );
    expect(state).toMatchObject({ verdict: 'waiting', refusals: 1 });
    expect(state.wait).toBeGreaterThanOrEqual(300);
  });

  it('is none when the response was lost: no task is there to ask about', async () => {
    const sessionId = await record('lost');
    const lost = providerError('ProviderAnswerLost', 'unknown');
    const { provider } = scriptedProvider({ generate: [lost] });
    expect(await requestMusic({ sessionId }, depsWith(provider))).toMatchObject({
      verdict: 'waiting',
      wait: 0,
    });
  });
});

describe('Check music, while the provider takes no call', () => {
  const { deadline } = settings.schedules.music;

  it('ends with the words of the last answer: some services say with 429 that credits are used up', async () => {
    const sessionId = await record('no-quota', { status: 'preparing' });
    const busy = providerError('ProviderThrottled', 'no', { reason: 'Quota is not enough.', status: 429 });
    const { provider } = scriptedProvider({ generate: [busy] });
    await requestMusic({ sessionId }, depsWith(provider));
    const refusals = settings.limits.createCalls;
    await expect(check(sessionId, nobody, { refusals })).rejects.toMatchObject({
      name: 'ProviderThrottled',
      message: expect.stringMatching(
        /nothing was paid: .*, the last with the answer: Quota is not enough\.$/,
      ),
    });
  });

  it('calls again until the deadline, and then says how long it was', async () => {
    const sessionId = await record('busy-twice');
    const before = { total: deadline - 10, wait: 9, refusals: 1 };
    expect(await check(sessionId, nobody, before)).toMatchObject({ verdict: 'again', wait: 0 });
    await expect(check(sessionId, nobody, { ...before, wait: 10 })).rejects.toMatchObject({
      name: 'DeadlineExceeded',
      message: `The provider did not take the call to make the music within ${deadline} s.`,
    });
  });

  it('says how many calls were made, and what was paid for', async () => {
    const refusals = settings.limits.createCalls;
    const said = `${refusals} calls ended before the provider took them`;
    await expect(check(await record('never'), nobody, { refusals })).rejects.toThrow(
      `The call to make the music could not be made, and nothing was paid: ${said}`,
    );
    // A person allowed one more call after a response that was lost: that one may have been paid.
    const allowed = await record('allowed', { create: create('unknown', { againIn: 1 }) });
    await expect(check(allowed, nobody, { refusals })).rejects.toThrow(
      `The call to make the music could not be made, and nothing was paid for this call: ${said}`,
    );
  });
});

describe('Check music', () => {
  it('of music that failed before says why, also where no reason is recorded', async () => {
    const failure = { error: 'ProviderContradiction', reason: 'It is another.', at: testMoment } as const;
    await expect(check(await record('told', { create: create('failed'), failure }))).rejects.toMatchObject({
      name: 'ProviderContradiction',
      message: 'It is another.',
    });
    await expect(check(await record('untold', { create: create('failed') }))).rejects.toMatchObject({
      name: 'GenerationFailed',
      message: 'The music failed.',
    });
  });

  it('of a call without a response says what was lost, and what may have been paid', async () => {
    const price = settings.prices.generate;
    const rest = `, and with it the task, so its status cannot be asked for. About ${price} credits may have been taken or not; a second call may cost them again.`;
    await expect(check(await record('cut-off', { create: create('intent') }))).rejects.toThrow(
      `The answer to the call was lost${rest}`,
    );
    const lost = create('unknown', { lost: 'socket hang up' });
    await expect(check(await record('reset', { create: lost }))).rejects.toThrow(
      `The answer to the call was lost (socket hang up)${rest}`,
    );
  });

  it('asks for as long as the task is running, and writes down whose task it is only once', async () => {
    const sessionId = await record('long', { create: create('submitted', { taskId: 'long' }) });
    const { provider } = scriptedProvider({
      status: Array.from({ length: 2 * mostEmptySuccesses }, () => statusOf('running')),
    });
    let claims = 0;
    const store = {
      ...table.store,
      claimId: async (...claim: Parameters<typeof table.store.claimId>) => {
        claims++;
        await table.store.claimId(...claim);
      },
    };
    let state: MusicState = { sessionId, ...position };
    for (let checks = 1; checks <= 2 * mostEmptySuccesses; checks++) {
      state = await checkMusic(state, { ...depsWith(provider), store });
      expect(state).toMatchObject({ verdict: 'waiting', checks });
    }
    expect(claims).toBe(1);
  });

  it.each(['task', 'clip'])(
    'whose %s cannot be written down now leaves the call as it is, to be checked again',
    async (kept) => {
      const mine = create('submitted', { taskId: `storage-${kept}` });
      const sessionId = await record(`storage-${kept}`, { create: mine });
      const store: typeof table.store = {
        ...table.store,
        claimId: async (_, what) => {
          if (what === kept) throw new ChirpsmithError('StorageUnavailable', 'SlowDown');
        },
      };
      const clips = [{ clipId: 'clip' }];
      const { provider } = scriptedProvider({ status: [statusOf('success', { clips })] });
      const checked = checkMusic({ sessionId, ...position }, { ...depsWith(provider), store });
      await expect(checked).rejects.toMatchObject({ name: 'StorageUnavailable' });
      expect((await table.store.requireSession(sessionId)).create).toEqual(mine);
    },
  );

  it("names the task that is another session's", async () => {
    const mine = create('submitted', { taskId: 'shared' });
    const status = [statusOf('running')];
    await check(await record('one', { create: mine }), scriptedProvider({ status }).provider);
    await expect(check(await record('two', { create: mine }))).rejects.toThrow(
      'The provider gives the task shared to session two',
    );
  });

  it('whose last check before the deadline failed says so', async () => {
    const sessionId = await record('away', { create: create('submitted', { taskId: 'away' }) });
    const { deadline } = settings.schedules.music;
    const { provider } = scriptedProvider({ status: [providerError('ProviderUnreachable', 'no')] });
    await expect(check(sessionId, provider, { total: deadline })).rejects.toThrow(
      `The music was not done after ${deadline} s (ProviderUnreachable in a test).`,
    );
  });
});

describe('Copy audio', () => {
  const bytes = new Uint8Array(3);
  const sound = { bytes, extension: 'mp3', format: 'MP3', durationSeconds: 2 };
  const keepable = (sessionId: string) =>
    record(sessionId, {
      status: 'copying',
      create: create('ready', { taskId: 'task' }),
      music: { ...music, clips: [{ clipId: 'clip-1' }, { clipId: 'clip-2' }] },
    });
  const keep = (provider: Provider, state: Parameters<typeof copyAudio>[0], links: string[] = []) =>
    copyAudio(state, {
      ...depsWith(provider),
      download: async (url) => {
        links.push(url);
        return url.endsWith('gone') ? { trouble: 'The link answers 403.' } : sound;
      },
      keep: async () => {},
    });
  const troubles = async (sessionId: string) =>
    (await table.store.requireSession(sessionId)).music?.clips.map(({ trouble }) => trouble);

  it("takes each clip's own link, in any order of the provider's list", async () => {
    const sessionId = await keepable('order');
    const clips = [
      { clipId: 'clip-2', audioUrl: 'https://cdn.example/2' },
      { clipId: 'clip-1', audioUrl: 'https://cdn.example/1' },
    ];
    const links: string[] = [];
    const { provider } = scriptedProvider({ status: [statusOf('success', { clips })] });
    expect(await keep(provider, { sessionId }, links)).toMatchObject({ verdict: 'done' });
    expect(links).toEqual(['https://cdn.example/1', 'https://cdn.example/2']);
  });

  it('waits as long as a provider that is busy asks, and notes that it was', async () => {
    const sessionId = await keepable('throttled');
    const { provider } = scriptedProvider({
      status: [
        providerError('ProviderThrottled', 'no', { retryAfter: 89.5 }),
        providerError('ProviderUnreachable', 'no'),
      ],
    });
    const first = await keep(provider, { sessionId, wait: 5, waited: 10 });
    expect(first).toMatchObject({ verdict: 'waiting', waited: 15, wait: 90, checks: 1 });
    expect(await troubles(sessionId)).toEqual(Array(2).fill('ProviderThrottled in a test'));
    expect(await keep(provider, first)).toMatchObject({ waited: 105, wait: 60, checks: 2 });
    expect(await troubles(sessionId)).toEqual(Array(2).fill('ProviderUnreachable in a test'));
  });

  it('of a task without clips in its answer, notes that there is no link yet', async () => {
    const sessionId = await keepable('empty');
    const { provider } = scriptedProvider({ status: [statusOf('success')] });
    expect(await keep(provider, { sessionId })).toMatchObject({ verdict: 'waiting' });
    expect(await troubles(sessionId)).toEqual(Array(2).fill('The provider gives no link to the audio yet.'));
  });

  it('at its end names each clip that it could not copy, with its reason', async () => {
    const sessionId = await keepable('partly');
    const clips = [{ clipId: 'clip-1', audioUrl: 'https://cdn.example/gone' }];
    const { provider } = scriptedProvider({ status: [statusOf('success', { clips })] });
    const { deadline } = settings.schedules.audio;
    await expect(keep(provider, { sessionId, waited: deadline })).rejects.toThrow(
      `the audio of 2 of 2 clips could not be copied in ${deadline} s (clip clip-1: The link answers 403.; clip clip-2: The provider gives no link to the audio yet.). A resume tries again, for nothing.`,
    );
  });

  it('of a record without a task makes no call', async () => {
    const clips = [{ clipId: 'clip-1' }];
    const sessionId = await record('no-task', { create: create('ready'), music: { ...music, clips } });
    await expect(keep(nobody, { sessionId })).rejects.toMatchObject({
      name: 'Unexpected',
      message: 'Session no-task has no task.',
    });
  });

  it('lets an error out that is no response of the provider', async () => {
    const sessionId = await keepable('key');
    const provider = {
      ...nobody,
      status: () => Promise.reject(new ChirpsmithError('StorageUnavailable', 'no key')),
    };
    await expect(keep(provider, { sessionId })).rejects.toMatchObject({ name: 'StorageUnavailable' });
    expect(await troubles(sessionId)).toEqual([undefined, undefined]);
  });
});
