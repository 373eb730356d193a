import { beforeAll, describe, expect, it } from 'vitest';
import { createPersona } from '../../../functions/api/create-persona/create-persona.ts';
import { route } from '../../../functions/api/create-persona/route.ts';
import { listPersonas } from '../../../functions/api/list-personas/list-personas.ts';
import { problemDetails } from '../../../functions/api/problem.ts';
import type { RelayHere } from '../../../functions/domain/dialect-rules.ts';
import type { Music, Session } from '../../../functions/domain/session.ts';
import { type Dialect, ProviderError } from '../../../functions/provider/provider.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { openTable, recordSession, testMoment } from '../../../test-support/session-records.ts';
import { admitted } from '../../admitted.ts';
import { scriptedProvider } from '../../scripted-provider.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

let drawn = 0;
const uuid = () => `${String(++drawn).padStart(8, '0')}-0000-4000-8000-000000000000`;

/** A session of music with two clips, the audio of both kept. */
async function music(more: Partial<Music> = {}, session: Partial<Session> = {}): Promise<string> {
  const sessionId = uuid();
  await recordSession(table.store, {
    sessionId,
    count: 0,
    session: {
      kind: 'music',
      status: 'ready',
      music: {
        dialect: 'relay',
        model: 'chirp-v4',
        prompt: 'rain',
        tags: '',
        instrumental: false,
        clips: ['clip-1', 'clip-2'].map((clipId) => ({ clipId, key: `music/${sessionId}/${clipId}.wav` })),
        ...more,
      },
      ...session,
    },
  });
  return sessionId;
}

type Answer = () => Promise<{ personaId: string }>;
const made: Answer = async () => ({ personaId: `persona-${++drawn}` });
const fails = (name: ProviderError['name'], taken: ProviderError['taken'], reason?: string): Answer => {
  return async () => {
    throw new ProviderError(name, { call: 'persona', message: `persona: ${name}`, taken, reason });
  };
};

/** A provider that gives these answers, one a call, and what it was asked. */
function provider(...answers: Answer[]) {
  const asked: object[] = [];
  const providerOf = (dialect: Dialect) => ({
    ...scriptedProvider({}).provider,
    persona: (request: object) => {
      asked.push({ dialect, ...request });
      return (answers.shift() ?? made)();
    },
  });
  return { asked, providerOf };
}

async function create(
  body: object,
  { providerOf }: ReturnType<typeof provider>,
  {
    relay = true,
    now = testMoment,
    subject = 'ana',
    requestId,
  }: { relay?: RelayHere; now?: string; subject?: string; requestId?: string } = {},
) {
  const { store, personas } = table;
  const deps = { store, personas, providerOf, relay, now: () => now };
  return createPersona(
    subject,
    admitted(route, { body }).body,
    deps,
    requestId === undefined ? {} : { requestId },
  );
}
const refusal = async (answer: Promise<unknown>): Promise<ChirpsmithError> => {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ChirpsmithError) return error;
  throw new Error(`It was not refused: ${String(error)}`);
};

describe('POST /personas', () => {
  it('makes a persona of the first clip, where the music was made', async () => {
    const [at, generation] = [provider(), await music()];
    const persona = await create({ name: ' Her voice ', generation, description: 'low' }, at);
    expect(persona).toMatchObject({
      personaId: expect.stringMatching(/^persona-/),
      name: 'Her voice',
      status: 'made',
      dialect: 'relay',
      clipId: 'clip-1',
      sessionId: generation,
      calls: 1,
      createdAt: testMoment,
    });
    expect(at.asked).toEqual([{ dialect: 'relay', clipId: 'clip-1', name: 'Her voice', description: 'low' }]);
    expect((await listPersonas('ana', table.personas)).personas).toContainEqual(persona);
    expect(await listPersonas('somebody', table.personas)).toEqual({ personas: [] });
  });

  it('returns one that exists already, without a call', async () => {
    const [at, generation] = [provider(), await music()];
    const first = await create({ name: 'Twice', generation, clip: 'clip-1' }, at);
    expect(await create({ name: 'Twice', generation, clip: 'clip-1' }, at)).toEqual(first);
    expect(at.asked).toHaveLength(1);
    const other = await refusal(create({ name: 'Twice', generation, clip: 'clip-1', description: 'x' }, at));
    expect(other).toMatchObject({ name: 'NotPossible', message: expect.stringContaining('another name') });
  });

  it('takes no id that the provider has given for another clip before', async () => {
    const same: Answer = async () => ({ personaId: 'persona-given-twice' });
    const [at, generation] = [provider(same, same, same, same, made), await music()];
    const first = { name: 'Given', generation, clip: 'clip-1' };
    await create(first, at);
    // Of the same clip it may well be the same persona: nobody knows.
    expect(await create({ ...first, name: 'Given again' }, at)).toMatchObject({ status: 'made' });
    const others = [
      { name: 'Other', generation, clip: 'clip-2' },
      { name: 'Other', generation: await music(), clip: 'clip-1' },
    ];
    for (const other of others) {
      expect(await refusal(create(other, at))).toMatchObject({
        name: 'NeedsDecision',
        message: expect.stringContaining(`has given it to session ${generation}`),
      });
    }
    // As the message says.
    const again = { name: 'Other', generation, clip: 'clip-2', again: true };
    expect(await create(again, at)).toMatchObject({ status: 'made', calls: 2 });
  });

  it('calls once more for each request that says again, and not for a repetition of it', async () => {
    const lost = fails('ProviderAnswerLost', 'unknown');
    const [at, generation] = [provider(lost, lost, made), await music()];
    const again = { name: 'Lost twice', generation, clip: 'clip-1', again: true };
    for (const requestId of ['one', 'one', 'two', 'two']) {
      expect(await refusal(create(again, at, { requestId }))).toMatchObject({ name: 'NeedsDecision' });
    }
    expect(at.asked).toHaveLength(2);
    expect(await create(again, at, { requestId: 'three' })).toMatchObject({ status: 'made', calls: 3 });
    expect(await create(again, at, { requestId: 'three' })).toMatchObject({ status: 'made', calls: 3 });
    expect(at.asked).toHaveLength(3);
  });

  it('calls again for a repetition of a request that came to nothing', async () => {
    const [at, generation] = [provider(fails('ProviderThrottled', 'no')), await music()];
    const body = { name: 'Busy', generation, clip: 'clip-1', again: true };
    expect(await refusal(create(body, at, { requestId: 'busy' }))).toMatchObject({
      name: 'ProviderThrottled',
    });
    expect(await create(body, at, { requestId: 'busy' })).toMatchObject({ status: 'made', calls: 1 });
  });

  it('makes one call for two requests at once; the other gets the answer that it is being made', async () => {
    const [at, generation] = [provider(), await music()];
    const both = await Promise.allSettled([1, 2].map(() => create({ name: 'Race', generation }, at)));
    expect(at.asked).toHaveLength(1);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { name: 'NotPossible', message: expect.stringContaining('at this moment') },
    });
  });
});

describe('a persona in doubt', () => {
  const lost = fails('ProviderAnswerLost', 'unknown');

  it('answers 409 until the caller passes `again`; each call is counted', async () => {
    const [at, generation] = [provider(lost, made), await music()];
    const body = { name: 'Doubt', generation };
    for (const _ of [1, 2]) {
      const error = await refusal(create(body, at));
      expect(error).toMatchObject({ name: 'NeedsDecision', message: expect.stringContaining('called once') });
      expect(problemDetails(error).statusCode).toBe(409);
    }
    expect(at.asked).toHaveLength(1);
    const { personas } = await listPersonas('ana', table.personas);
    expect(personas).toContainEqual(expect.objectContaining({ name: 'Doubt', status: 'in-doubt', calls: 1 }));

    expect(await create({ ...body, again: true }, at)).toMatchObject({ status: 'made', calls: 2 });
    expect(at.asked).toHaveLength(2);
  });

  it('stays in doubt when the second call was surely not taken', async () => {
    const [at, generation] = [provider(lost, fails('ProviderThrottled', 'no')), await music()];
    const body = { name: 'Still', generation };
    await refusal(create(body, at));
    expect(await refusal(create({ ...body, again: true }, at))).toMatchObject({ name: 'ProviderThrottled' });
    expect(await refusal(create(body, at))).toMatchObject({ name: 'NeedsDecision' });
    expect(at.asked).toHaveLength(2);
  });

  it('is the state of a call whose function must have ended', async () => {
    const [at, generation] = [provider(), await music()];
    const crashed: Answer = () => Promise.reject(new Error('the function was ended'));
    const body = { name: 'Cut off', generation };
    await expect(create(body, provider(crashed))).rejects.toThrow('ended');
    expect(await refusal(create({ ...body, again: true }, at))).toMatchObject({ name: 'NotPossible' });
    const later = { now: '2026-11-21T03:01:01.000Z' };
    expect(await refusal(create(body, at, later))).toMatchObject({ name: 'NeedsDecision' });
    expect(at.asked).toEqual([]);
    expect(await create({ ...body, again: true }, at, later)).toMatchObject({ calls: 2 });
  });
});

describe('a call that was surely not taken', () => {
  it.each([
    ['ProviderRefused', 422, 'moderated'],
    ['CreditsExhausted', 402, undefined],
    ['ProviderAuth', 502, undefined],
    ['ProviderThrottled', 503, undefined],
    ['ProviderUnreachable', 503, undefined],
  ] as const)('%s is told as %i, leaves no doubt, and may be made again', async (name, status, reason) => {
    const [at, generation] = [provider(fails(name, 'no', reason)), await music()];
    const body = { name: `After ${name}`, generation };
    const error = await refusal(create(body, at));
    const answer = problemDetails(error);
    expect(answer.statusCode).toBe(status);
    expect(answer.body).toContain('nothing was taken for this call');
    if (reason !== undefined) expect(answer.body).toContain(reason);
    const { personas } = await listPersonas('ana', table.personas);
    expect(personas.filter(({ sessionId }) => sessionId === generation)).toEqual([]);
    expect(await create(body, at)).toMatchObject({ status: 'made', calls: 1 });
  });
});

describe('what cannot be a persona is refused by its field, before a call', () => {
  const training = { kind: 'train', status: 'ready', music: undefined } as const;
  it.each<[string, () => Promise<object>, where: string, words: string]>([
    ['an unknown session', async () => ({ generation: uuid() }), 'generation', 'no music of yours'],
    ['what is no id', async () => ({ generation: 'x'.repeat(5000) }), 'generation', 'no music of yours'],
    [
      "somebody else's music",
      async () => ({ generation: await music({}, { owner: 'bob' }) }),
      'generation',
      'of yours',
    ],
    [
      'a training, whose clips are uploads',
      async () => ({ generation: await music({}, training) }),
      'generation',
      'uploads',
    ],
    [
      'music without a clip',
      async () => ({ generation: await music({ clips: [] }, { status: 'generating' }) }),
      'generation',
      '"generating"',
    ],
    [
      'a clip of other music',
      async () => ({ generation: await music(), clip: 'clip-9' }),
      'clip',
      'clip-1, clip-2',
    ],
    [
      'no clip, while the audio of one is not kept: the same request would mean another one later',
      async () => ({
        generation: await music({ clips: [{ clipId: 'clip-1' }, { clipId: 'clip-2', key: 'k' }] }),
      }),
      'clip',
      'say which of clip-1, clip-2',
    ],
    ['no name', async () => ({ generation: await music(), name: ' ' }), 'name', 'empty'],
    [
      'a long description',
      async () => ({ generation: await music(), description: 'x'.repeat(501) }),
      'description',
      '501',
    ],
    ['an unknown field', async () => ({ generation: await music(), public: true }), 'public', 'not a field'],
  ])('%s', async (_, body, where, words) => {
    const at = provider();
    const error = await refusal(create({ name: 'N', ...(await body()) }, at));
    expect(error.name).toBe('BadInput');
    expect(error.problems).toEqual([{ where, message: expect.stringContaining(words) }]);
    expect(at.asked).toEqual([]);
  });

  it('music of a relay that is not configured any more', async () => {
    const at = provider();
    const error = await refusal(
      create({ name: 'N', generation: await music() }, at, { relay: { set: 'RELAY_BASE_URL' } }),
    );
    expect(error.problems).toMatchObject([
      { where: 'generation', message: expect.stringContaining('set RELAY_BASE_URL ') },
    ]);
    expect(at.asked).toEqual([]);
  });
});
