import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CreateSessionDeps,
  createSession,
} from '../../../functions/api/create-session/create-session.ts';
import { route as creation } from '../../../functions/api/create-session/route.ts';
import { getSession } from '../../../functions/api/get-session/get-session.ts';
import { listSessions } from '../../../functions/api/list-sessions/list-sessions.ts';
import { route as listing } from '../../../functions/api/list-sessions/route.ts';
import { startSession } from '../../../functions/api/start-session/start-session.ts';
import type { Executions } from '../../../functions/domain/executions.ts';
import type { ChirpsmithError } from '../../../functions/shared/errors.ts';
import {
  neverTheSame,
  openTable,
  recordSession,
  settings,
  testMoment,
} from '../../../test-support/session-records.ts';
import { admitted } from '../../admitted.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => Date.parse(testMoment);
const hash = (digit: number) => digit.toString(16).repeat(64).slice(0, 64);
const files = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `${index + 1} ça + #.mp3`,
    size: 1000,
    sha256: hash(index + 1),
  }));

let ids = 0;
function create(body: unknown, subject = 'ana') {
  const signed: { key: string; size: number; sha256: string }[] = [];
  const put = async (object: (typeof signed)[number]) => {
    signed.push(object);
    return {
      url: `https://bucket.example/${object.key}`,
      headers: { 'x-amz-checksum-sha256': object.sha256 },
      expiresInSeconds: 60,
    };
  };
  const newId = () => `created-${++ids}`;
  const work = async (deps: CreateSessionDeps) =>
    createSession(subject, admitted(creation, { body }).body, deps);
  const done = work({
    store: table.store,
    contents: neverTheSame,
    uploads: { put },
    bucket: 'audio',
    settings,
    now,
    newId,
  });
  return { done, signed };
}

describe('POST /sessions', () => {
  it('records the session and signs one upload per file, for exactly the declared bytes', async () => {
    const { done, signed } = create({ name: ' Night Drive ', files: files(7) });
    const answer = await done;
    expect(answer.uploads).toHaveLength(7);
    expect(answer.uploads[0]).toMatchObject({
      trackId: '001',
      file: '1 ça + #.mp3',
      method: 'PUT',
      expiresAt: '2026-11-21T03:01:00.000Z',
    });
    expect(signed[6]).toEqual({
      key: `audio/${answer.sessionId}/007.${hash(7)}.mp3`,
      size: 1000,
      sha256: hash(7),
    });
    expect(await table.store.requireSession(answer.sessionId)).toMatchObject({
      name: 'Night Drive',
      owner: 'ana',
      status: 'open',
    });
  });

  it('writes no signed URL into the record', async () => {
    const { done } = create({ name: 'Night Drive', files: files(6) });
    expect(JSON.stringify(await table.store.read((await done).sessionId))).not.toContain('https:');
  });

  it('asks for the same bytes once, with their digest in upper or lower case', async () => {
    const twice = { name: 'copy.mp3', size: 1000, sha256: hash(10).toUpperCase() };
    const { done } = create({ name: 'Night Drive', files: [...files(10), twice] });
    const answer = await done;
    expect(answer.uploads.map(({ trackId }) => trackId)).not.toContain('011');
    expect(answer.duplicates).toEqual([{ trackId: '011', file: 'copy.mp3', duplicateOf: '010' }]);
  });

  it.each([
    ['a name that is empty', { name: '  ', files: files(6) }, ['name']],
    ['a name that is too long', { name: 'x'.repeat(81), files: files(6) }, ['name']],
    ['a name with control characters', { name: 'a\u0007b', files: files(6) }, ['name']],
    ['five tracks', { name: 'n', files: files(5) }, ['files']],
    ['six tracks of which two are the same', { name: 'n', files: [...files(5), files(1)[0]] }, ['files']],
    [
      'too many tracks',
      {
        name: 'n',
        files: Array.from({ length: 101 }, (_, i) => ({
          name: `${i}`,
          size: 1,
          sha256: i.toString(16).padStart(64, '0'),
        })),
      },
      ['files'],
    ],
    [
      'an empty file and a huge one',
      {
        name: 'n',
        files: [
          ...files(6),
          { name: 'e.wav', size: 0, sha256: hash(8) },
          { name: 'h.wav', size: 2 ** 40, sha256: hash(9) },
        ],
      },
      ['e.wav', 'h.wav'],
    ],
    [
      'unknown fields',
      { name: 'n', fils: [], files: [{ ...files(1)[0], bitrate: 3 }] },
      ['files[0].bitrate', 'fils'],
    ],
    ['wrong types', { name: 7, files: 'all' }, ['files', 'name']],
    [
      'a digest that is none',
      { name: 'n', files: [{ name: 'a', size: 1, sha256: 'abc' }] },
      ['files[0].sha256'],
    ],
    ['fewer clips than the provider takes', { name: 'n', files: files(6), minClips: 5 }, ['minClips']],
    ['more clips than files', { name: 'n', files: files(6), minClips: 7 }, ['files']],
    ['a kind that has a route of its own', { kind: 'music', name: 'n', files: files(6) }, ['kind']],
    ['no body', undefined, ['body']],
  ])('refuses %s, naming each field or file', async (_, body, where) => {
    const refused = create(body).done;
    await expect(refused).rejects.toMatchObject({ name: 'BadInput' });
    const { problems } = (await refused.catch((error: unknown) => error)) as ChirpsmithError;
    expect(problems.map((problem) => problem.where).sort()).toEqual(where);
  });
});

/** Executions of a machine that exists only here. */
function machine(status: 'running' | 'ended' | 'unknown' = 'running') {
  const started: string[] = [];
  const executions: Executions = {
    arnOf: (name) => `arn:aws:states:eu-central-1:1:execution:train:${name}`,
    async start(name, input) {
      started.push(`${name} ${JSON.stringify(input)}`);
      return undefined;
    },
    stop: async () => {},
    executionStatus: async () => status,
    startOf: async () => undefined,
  };
  return { executions, started };
}

describe('POST /sessions/{id}/start', () => {
  const start = (sessionId: string, executions: Executions, subject = 'ana') =>
    startSession(sessionId, subject, { store: table.store, executions, settings, now });

  it('starts one execution, however often it is asked', async () => {
    await recordSession(table.store, { sessionId: 'start' });
    const { executions, started } = machine();
    const first = await start('start', executions);
    const second = await start('start', executions);
    expect(started).toEqual(['start-1 {"sessionId":"start"}']);
    expect([first.status, second.status]).toEqual(['preparing', 'preparing']);
    expect(second.executionArn).toBe('arn:aws:states:eu-central-1:1:execution:train:start-1');
  });

  it('of two callers at the same moment, one starts it', async () => {
    await recordSession(table.store, { sessionId: 'both' });
    const { executions, started } = machine();
    await Promise.allSettled([start('both', executions), start('both', executions)]);
    expect(started).toHaveLength(1);
  });

  it.each(['failed', 'needs-decision'] as const)(
    'goes on with a session that is %s, as a run of its own',
    async (status) => {
      await recordSession(table.store, {
        sessionId: `on-${status}`,
        session: { status, runs: 1, executionArn: 'arn:old' },
      });
      const { executions, started } = machine('ended');
      await start(`on-${status}`, executions);
      expect(started).toEqual([`on-${status}-2 {"sessionId":"on-${status}"}`]);
    },
  );

  it('goes on with a session whose run was cut off', async () => {
    await recordSession(table.store, {
      sessionId: 'cut',
      session: { status: 'uploading', runs: 1, executionArn: 'arn:old' },
    });
    const { executions, started } = machine('ended');
    await start('cut', executions);
    expect(started).toHaveLength(1);
  });

  it('leaves a finished session alone', async () => {
    await recordSession(table.store, {
      sessionId: 'fin',
      session: { status: 'ready', modelId: 'chirp-custom:1', runs: 1 },
    });
    const { executions, started } = machine('ended');
    expect(await start('fin', executions)).toMatchObject({ status: 'ready', modelId: 'chirp-custom:1' });
    expect(started).toEqual([]);
  });

  it("answers another owner's session like one that does not exist", async () => {
    await recordSession(table.store, { sessionId: 'hers' });
    const { executions, started } = machine();
    const foreign = await start('hers', executions, 'bob').catch((error: unknown) => error);
    const missing = await start('hers-not', executions, 'bob').catch((error: unknown) => error);
    expect(foreign).toMatchObject({ name: 'SessionNotFound', message: 'There is no session hers of yours.' });
    expect(missing).toMatchObject({
      name: 'SessionNotFound',
      message: 'There is no session hers-not of yours.',
    });
    expect(started).toEqual([]);
  });
});

describe('GET /sessions/{id}', () => {
  const get = (
    sessionId: string,
    executions: Executions,
    options: { speed?: number; at?: number; subject?: string } = {},
  ) =>
    getSession(sessionId, options.subject ?? 'ana', {
      store: table.store,
      executions,
      settings,
      now: () => options.at ?? now(),
      speed: options.speed ?? 1,
    });

  it("shows each track's state, the provider's message, and what may have been spent", async () => {
    await recordSession(table.store, {
      sessionId: 'tell',
      count: 7,
      session: {
        status: 'training',
        executionArn: 'arn:x',
        prepareCalls: 1,
        create: { fence: 'submitted', calls: 1, earlier: [], checks: 0, requestedAt: testMoment },
      },
      track: (index) =>
        index === 0
          ? {
              status: 'failed',
              attempts: 2,
              calls: 5,
              failure: {
                error: 'ProviderRefused',
                reason: 'Copyright: "X"',
                permanent: true,
                at: testMoment,
              },
            }
          : { status: 'done', clipId: `c${index}`, attempts: 1, calls: 3 },
    });
    const { answer } = await get('tell', machine().executions);
    expect(answer).toMatchObject({
      status: 'training',
      creditsSpent: 100 + 8,
      providerCalls: 1 + 1 + 5 + 18,
    });
    expect(answer.tracks[0]).toMatchObject({
      status: 'failed',
      failure: { reason: 'Copyright: "X"', permanent: true },
    });
  });

  it.each([
    ['just after the submission', 0, 1, 17],
    ['between two checks', 18_000, 1, 7],
    ['where time runs twenty times as fast', 0, 20, 1],
  ])('says when to ask again, by the schedule: %s', async (_, later, speed, seconds) => {
    const sessionId = `again-${later}-${speed}`;
    const track = () => ({ status: 'submitted', taskId: 't', submittedAt: testMoment }) as const;
    await recordSession(table.store, {
      sessionId,
      session: { status: 'uploading', executionArn: 'arn:x' },
      track,
    });
    const { retryAfter } = await get(sessionId, machine().executions, { at: now() + later, speed });
    expect(retryAfter).toBe(seconds);
  });

  it.each([
    ['ended', 105_000, 'uploading'],
    ['ended', 106_000, 'interrupted'],
    ['running', 106_000, 'uploading'],
    ['unknown', 106_000, 'interrupted'],
  ] as const)(
    'an execution that is %s, %s ms after the last change, makes it %s',
    async (standing, later, status) => {
      const sessionId = `cut-${standing}-${later}`;
      await recordSession(table.store, {
        sessionId,
        session: { status: 'uploading', executionArn: 'arn:x' },
      });
      const { answer, retryAfter } = await get(sessionId, machine(standing).executions, {
        at: now() + later,
      });
      expect(answer.status).toBe(status);
      expect(retryAfter === undefined).toBe(status === 'interrupted');
    },
  );

  // The latest of any track counts, not the record alone.
  it.each([
    ['training', { requestedAt: 180_000 }, 420_000, 0],
    ['training', {}, 241_000, 1],
    ['generating', {}, 240_000, 0],
    ['generating', {}, 241_000, 1],
    ['uploading', { submittedAt: 100_000 }, 205_000, 0],
    ['uploading', { submittedAt: 100_000 }, 206_000, 1],
    ['preparing', {}, 60_000, 0],
    ['preparing', {}, 61_000, 1],
  ] as const)(
    'asks Step Functions about a session that is %s, with %j, only when it is suspiciously old: after %s ms, %s times',
    async (status, {
      requestedAt = 0,
      submittedAt,
    }: { requestedAt?: number; submittedAt?: number }, later, calls) => {
      const sessionId = `quiet-${status}-${later}`;
      const at = (ms: number) => new Date(now() + ms).toISOString();
      await recordSession(table.store, {
        sessionId,
        session: {
          status,
          executionArn: 'arn:x',
          create: { fence: 'submitted', calls: 1, earlier: [], checks: 0, requestedAt: at(requestedAt) },
        },
        ...(submittedAt !== undefined && {
          track: () => ({ status: 'submitted', taskId: 't', submittedAt: at(submittedAt) }) as const,
        }),
      });
      let asked = 0;
      const { executions } = machine();
      const executionStatus = async () => {
        asked++;
        return 'running' as const;
      };
      for (let look = 0; look < 3; look++)
        await get(sessionId, { ...executions, executionStatus }, { at: now() + later });
      expect(asked).toBe(3 * calls);
    },
  );

  it("does not show another owner's", async () => {
    await recordSession(table.store, { sessionId: 'not-yours' });
    const asked = get('not-yours', machine().executions, { subject: 'bob' });
    await expect(asked).rejects.toMatchObject({ name: 'SessionNotFound' });
  });
});

describe('GET /sessions', () => {
  it("shows the caller's own only, and refuses unknown parameters by name", async () => {
    const list = async (query: Record<string, string>) =>
      listSessions('lia', admitted(listing, { query }).query, table.store);
    await recordSession(table.store, { sessionId: 'listed', session: { owner: 'lia' } });
    const { sessions } = await list({ limit: '10' });
    expect(sessions).toMatchObject([{ sessionId: 'listed', name: 'Night Drive', status: 'open' }]);
    await expect(list({ page: '2' })).rejects.toMatchObject({
      problems: [{ where: 'page' }],
    });
    await expect(list({ limit: '0' })).rejects.toMatchObject({
      problems: [{ where: 'limit' }],
    });
    await expect(list({ status: 'open,lost' })).rejects.toMatchObject({
      problems: [{ where: expect.stringMatching(/^status/) }],
    });
    expect(
      await list({ status: 'open,ready', kind: 'train', search: 'night', counts: 'true' }),
    ).toMatchObject({
      sessions: [{ sessionId: 'listed' }],
      counts: { open: 1 },
      counted: { whole: true, read: 1 },
    });
    expect(await list({ status: 'ready' })).toEqual({ sessions: [] });
  });
});
