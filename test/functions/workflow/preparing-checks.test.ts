import { beforeAll, describe, expect, it } from 'vitest';
import type { AudioSource, Session, Track } from '../../../functions/domain/session.ts';
import { sessionIdOf } from '../../../functions/domain/session-id.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { prepareSession } from '../../../functions/workflow/prepare-session/prepare-session.ts';
import { recordFailure } from '../../../functions/workflow/record-failure/record-failure.ts';
import type { Inspection } from '../../../packages/audio-inspection/inspection.ts';
import { arnOf } from '../../../test-support/fake-executions.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { providerError, scriptedProvider } from '../../scripted-provider.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => testMoment;
const failure = { error: 'ProviderRefused', reason: 'No.', at: testMoment } as const;
const forGood = { ...failure, permanent: true } as const;
const mp3: Inspection = { usable: true, format: 'MP3', extension: 'mp3', durationSeconds: 21.5 };
const text: Inspection = { usable: false, problem: 'not-audio', reason: 'is text, not audio' };
type Seen = { inspection?: Inspection; sha256?: string; etag?: string; size?: number };

/** Prepares a session whose tracks' objects hold what `seen` says, by the number of the track, else an MP3 of its own. */
function prepare(
  sessionId: string,
  options: {
    script?: Parameters<typeof scriptedProvider>[0];
    seen?: Record<number, Seen>;
    input?: unknown;
  } = {},
) {
  const { provider, calls } = scriptedProvider(
    options.script ?? { prepare: [{ sessionId: `p-${sessionId}` }] },
  );
  const deps = {
    ...{ store: table.store, provider, settings, now, bucket: 'audio', random: () => 0 },
    ...{ audioWay: { check: async () => {} } },
    executions: { executionStatus: async () => 'ended' as const },
    inspect: async ({ key }: AudioSource) => ({
      ...{ inspection: mp3, size: 1000 },
      ...(options.seen?.[Number(key.slice(-3))] ?? { sha256: key.padEnd(64, '0') }),
    }),
    hash: async () => '',
    copy: async (_: AudioSource, key: string) => ({ bucket: 'audio', key }),
  };
  const execution = { Id: arnOf(`${sessionId}-1`), Name: 'run' };
  return { done: prepareSession({ execution, input: options.input ?? { sessionId } }, deps), calls };
}
const record = (
  sessionId: string,
  session: Partial<Session> = {},
  track: (index: number) => Partial<Track> = () => ({}),
  count = 7,
) => recordSession(table.store, { sessionId, count, session, track });
const tracksOf = async (sessionId: string) => (await table.store.require(sessionId)).tracks;

describe('Prepare session, of files with the same bytes', () => {
  it('knows them by what S3 says of one upload, where it has no SHA-256', async () => {
    await record('etags');
    const same = { etag: '"e-3"', size: 9 };
    const other = { etag: '"e-3"', size: 8 };
    await prepare('etags', { seen: { 2: same, 4: other, 6: same } }).done;
    const copies = (await tracksOf('etags')).map(({ duplicateOf }) => duplicateOf);
    expect(copies).toEqual(Array.from({ length: 7 }, (_, index) => (index === 5 ? '002' : undefined)));
  });

  it.each<[string, Partial<Track>]>([
    ['failed for good', { status: 'failed', failure: forGood }],
    ['is a copy', { status: 'duplicate', duplicateOf: '009' }],
  ])('makes none a copy of one that %s', async (title, first) => {
    const sessionId = `leads-${title.length}`;
    const sha256 = 'f'.repeat(64);
    await record(sessionId, { skipInvalid: true }, (index) => (index === 0 ? { ...first, sha256 } : {}), 8);
    await prepare(sessionId, { seen: { 3: { sha256 } } }).done;
    expect((await tracksOf(sessionId))[2]).toMatchObject({ status: 'declared' });
  });

  it('makes none a copy of one that cannot be used', async () => {
    await record('unusable', { skipInvalid: true }, undefined, 8);
    const sha256 = 'f'.repeat(64);
    const { done } = prepare('unusable', { seen: { 1: { sha256, inspection: text }, 3: { sha256 } } });
    expect((await done).tracks).toHaveLength(7);
    expect((await tracksOf('unusable'))[2]).toMatchObject({ status: 'declared' });
  });

  it('makes all the others copies of the first', async () => {
    await record('three', {}, undefined, 8);
    const sha256 = 'f'.repeat(64);
    await prepare('three', { seen: { 2: { sha256 }, 4: { sha256 }, 6: { sha256 } } }).done;
    const copies = (await tracksOf('three')).map(({ duplicateOf }) => duplicateOf);
    expect([copies[3], copies[5]]).toEqual(['002', '002']);
  });

  it('makes none a copy of one that was rejected before, whose bytes S3 tells only as those of one upload', async () => {
    await record('rejected-upload', { skipInvalid: true }, undefined, 8);
    const same = { etag: '"e-3"', size: 9 };
    await prepare('rejected-upload', { seen: { 1: { ...same, inspection: text }, 3: same } }).done;
    expect((await tracksOf('rejected-upload'))[2]).toMatchObject({ status: 'declared' });
  });

  it('leaves one that has its clip as it is', async () => {
    const sha256 = 'f'.repeat(64);
    await record('has-clip', {}, (index) => (index === 2 ? { status: 'done', clipId: 'c', sha256 } : {}));
    await prepare('has-clip', { seen: { 1: { sha256 } } }).done;
    expect((await tracksOf('has-clip'))[2]).toMatchObject({ status: 'done', clipId: 'c' });
  });
});

describe('Prepare session', () => {
  it('resumed, goes on in the session at the provider', async () => {
    await record('resumed', { status: 'failed', providerSessionId: 'p-earlier' });
    const { done, calls } = prepare('resumed');
    expect((await done).tracks).toHaveLength(7);
    expect(calls).toEqual([]);
    expect(await table.store.requireSession('resumed')).toMatchObject({
      ...{ status: 'uploading', providerSessionId: 'p-earlier', prepareCalls: 0 },
    });
  });

  it('resumed after the training was paid, shows that it goes on', async () => {
    const create: Session['create'] = { fence: 'submitted', calls: 1, checks: 0, earlier: [] };
    await record('paid', { status: 'failed', create });
    const { done, calls } = prepare('paid');
    expect(await done).toEqual({ sessionId: 'paid', tracks: [], wait: 0, refusals: 0, verdict: 'done' });
    expect(calls).toEqual([]);
    expect((await table.store.requireSession('paid')).status).toBe('training');
  });

  it.each<[string, Partial<Session>]>([
    ['for uploads', { status: 'preparing', providerSessionId: 'p-earlier' }],
    ['for a training that is paid', { create: { fence: 'submitted', calls: 1, checks: 0, earlier: [] } }],
  ])('that runs again after its answer was lost, %s, writes nothing', async (title, session) => {
    const sessionId = `again-${title.length}`;
    await record(sessionId, { status: 'preparing', ...session });
    const first = await prepare(sessionId).done;
    const written = await table.store.require(sessionId);
    expect(await prepare(sessionId).done).toEqual(first);
    expect(await table.store.require(sessionId)).toEqual(written);
  });

  it('goes by the state of the machine only where that says that it was throttled', async () => {
    await record('state');
    const state = { sessionId: 'state', tracks: [], wait: 0, refusals: 0 };
    const { done } = prepare('state', { input: { ...state, verdict: 'waiting' } });
    expect(await done).toMatchObject({ verdict: 'done' });
    await expect(prepare('state', { input: { ...state, verdict: 'done' } }).done).rejects.toMatchObject({
      name: 'BadInput',
    });
  });

  it('calls it a matter of the audio when some files are no audio and others were refused for good', async () => {
    const bad: Partial<Track>[] = [
      { status: 'rejected', failure },
      { status: 'failed', failure: forGood },
    ];
    await record('both', {}, (index) => bad[index] ?? {});
    await expect(prepare('both', { seen: { 1: { inspection: text } } }).done).rejects.toMatchObject({
      name: 'AudioRejected',
      problems: [{ where: 'song 1.mp3' }, { where: 'song 2.mp3' }],
    });
  });

  it('counts on from the refusals before it', async () => {
    await record('busy');
    const away = providerError('ProviderThrottled', 'no');
    const input = { sessionId: 'busy', tracks: [], wait: 10, refusals: 2, verdict: 'waiting' };
    expect(await prepare('busy', { script: { prepare: [away] }, input }).done).toMatchObject({
      ...{ wait: 40, refusals: 3 },
    });
  });

  it('says what going on would cost more than the account has', async () => {
    await record('poor');
    await expect(prepare('poor', { script: { credits: [100] } }).done).rejects.toThrow(
      'Going on would cost about 107 credits, and the account has 100: 7 more are needed.',
    );
  });

  it.each<[string, Partial<Track>, string, string]>([
    ['cannot be used', { status: 'rejected', failure }, 'AudioRejected', 'is text, not audio'],
    ['was refused for good', { status: 'failed', failure: forGood }, 'NotEnoughClips', 'No.'],
  ])('sends nothing while a file %s, and says what to do', async (title, bad, name, message) => {
    const sessionId = `bad-${title.length}`;
    await record(sessionId, {}, (index) => (index === 6 ? bad : {}));
    const { done, calls } = prepare(sessionId, { seen: { 7: { inspection: text } } });
    await expect(done).rejects.toMatchObject({
      name,
      summary:
        '1 of 7 files cannot be used; nothing was sent to the provider. Put other files in their place, or resume with fewer of them (minClips).',
      problems: [{ where: 'song 7.mp3', message: expect.stringContaining(message) }],
    });
    expect(calls).toEqual([]);
  });

  it('gives a file that failed in passing another try, and no complaint', async () => {
    await record('passing', {}, (index) => (index === 6 ? { status: 'failed', failure, format: 'MP3' } : {}));
    expect((await prepare('passing').done).tracks).toHaveLength(7);
  });

  it('says how many usable files there are where they are too few, copies not counted', async () => {
    const sha256 = 'f'.repeat(64);
    await record('few', { minClips: 7 }, undefined, 8);
    const { done, calls } = prepare('few', {
      seen: { 1: { sha256 }, 2: { sha256 }, 3: { inspection: text } },
    });
    await expect(done).rejects.toMatchObject({
      name: 'NotEnoughClips',
      summary:
        'Only 6 different usable tracks of the 7 that the session needs; nothing was sent to the provider.',
      problems: [{ where: 'song 3.mp3' }],
    });
    expect(calls).toEqual([]);
  });
});

describe('Prepare session, from the console', () => {
  const audio = (count: number) => Array.from({ length: count }, (_, index) => `s3://audio/${index + 1}.mp3`);
  const name = 'Night Drive';
  const problemsOf = async (input: unknown) => {
    const refused: unknown = await prepare('wrong', { input }).done.catch((error: unknown) => error);
    expect(refused).toMatchObject({
      name: 'BadInput',
      summary: 'The input of the execution cannot be used.',
    });
    return refused instanceof ChirpsmithError ? refused.problems : undefined;
  };

  it('takes all that may be said of a session', async () => {
    const given = { minClips: 6, skipInvalid: true, review: true, owner: 'studio', startedBy: 'manifest' };
    const { sessionId } = await prepare('said', { input: { name, audio: audio(7), ...given } }).done;
    expect(await table.store.requireSession(sessionId)).toMatchObject({ ...given, runBy: 'manifest' });
  });

  it('skips nothing and stops for no review unless it is said', async () => {
    const { sessionId } = await prepare('unsaid', { input: { name, audio: audio(6) } }).done;
    expect(await table.store.requireSession(sessionId)).toMatchObject({ skipInvalid: false, review: false });
  });

  it.each([
    ['too few for the provider', {}, 5, 6],
    ['fewer than it asks for', { minClips: 8 }, 7, 8],
    ['more than are taken', {}, 101, 6],
  ])('refuses %s', async (_, more, count, least) => {
    expect(await problemsOf({ name, audio: audio(count), ...more })).toEqual([
      { where: 'audio', message: `lists ${count} tracks: give ${least} to ${settings.limits.maxTracks}` },
    ]);
  });

  it('takes as many as may be taken', async () => {
    const most = { name, audio: audio(settings.limits.maxTracks) };
    expect((await prepare('most', { input: most }).done).tracks).toHaveLength(settings.limits.maxTracks);
  });

  it('refuses a field of another kind, by its name', async () => {
    const wrong = {
      name: 1,
      audio: 'one',
      minClips: 6.5,
      skipInvalid: 1,
      review: 1,
      owner: '',
      startedBy: 'api',
    };
    for (const [field, value] of Object.entries(wrong)) {
      const problems = await problemsOf({ name, audio: audio(6), [field]: value });
      expect(problems?.map(({ where }) => where)).toEqual([field]);
    }
    expect((await problemsOf('Night Drive'))?.map(({ where }) => where)).toEqual(['input']);
    expect(await problemsOf({ name, audio: audio(6), nmae: 1 })).toEqual([
      { where: 'nmae', message: 'is not a field of the input: remove it or correct its name' },
    ]);
  });
});

describe('Record failure', () => {
  it('of a session that its own execution created and had not started yet is recorded', async () => {
    const execution = { Id: arnOf('made-here'), Name: 'run' };
    const sessionId = sessionIdOf(execution.Id);
    await record(sessionId, { status: 'preparing' });
    const error = { Error: 'AudioRejected', Cause: '{"errorMessage":"is text"}' };
    await recordFailure({ execution, input: { name: 'Night Drive' }, error }, { store: table.store, now });
    expect(await table.store.requireSession(sessionId)).toMatchObject({
      status: 'failed',
      failure: { error: 'AudioRejected', reason: 'is text', at: testMoment },
    });
  });

  it('writes nothing into a session without an execution', async () => {
    const { session } = await record('waiting', { status: 'open' });
    const execution = { Id: arnOf('stranger'), Name: 'run' };
    const error = { Error: 'Unexpected', Cause: 'broken' };
    const input = { sessionId: 'waiting' };
    expect(await recordFailure({ execution, input, error }, { store: table.store, now })).toEqual({
      ...{ error: 'Unexpected', cause: 'broken' },
    });
    expect(await table.store.requireSession('waiting')).toEqual(session);
  });
});
