import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CreateGenerationDeps,
  createGeneration,
} from '../../../functions/api/create-generation/create-generation.ts';
import { route } from '../../../functions/api/create-generation/route.ts';
import type { IdempotentRequest } from '../../../functions/api/idempotent-route.ts';
import type { RelayHere } from '../../../functions/domain/dialect-rules.ts';
import type { Executions } from '../../../functions/domain/executions.ts';
import type { Persona } from '../../../functions/domain/persona.ts';
import type { Session } from '../../../functions/domain/session.ts';
import type { Dialect } from '../../../functions/provider/provider.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import type { Outcome } from '../../../functions/storage/request-store.ts';
import { fakeExecutions } from '../../../test-support/fake-executions.ts';
import { openTable, settings, testMoment } from '../../../test-support/session-records.ts';
import { admitted } from '../../admitted.ts';

const custom = 'chirp-custom:00000000-0000-4000-8000-000000000000';

const foreign = 'chirp-custom:11111111-1111-4111-8111-111111111111';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
  await model('ana', custom, 'Night Drive');
  await model('bea', foreign, 'Hers alone');
  await persona('Hers', { personaId: 'older', at: '2026-11-20T00:00:00.000Z', clipId: 'clip-0' });
  await persona('Hers', { personaId: 'newer' });
  await persona('His', { dialect: 'mountsea', personaId: 'his', at: '2026-11-19T00:00:00.000Z' });
  await persona('Perhaps', { fence: 'unknown' });
  await persona('Never', { fence: 'none' });
});

const model = (owner: string, modelId: string, name: string) =>
  table.models.register({
    owner,
    modelId,
    name,
    sessionId: `of ${name}`,
    files: [],
    credits: 106,
    createdAt: testMoment,
  });

async function persona(
  name: string,
  more: {
    personaId?: string;
    dialect?: Dialect;
    fence?: Persona['fence'];
    at?: string;
    clipId?: string;
    provider?: Persona['provider'];
  },
) {
  const { personaId, dialect = 'relay', fence = 'made', at = testMoment, clipId = 'clip-1', provider } = more;
  const made = personaId === undefined ? {} : { personaId, createdAt: at };
  const about: Omit<Persona, 'version'> = {
    owner: 'ana',
    sessionId: 's',
    name,
    clipId,
    dialect,
    fence,
    calls: 1,
    requestedAt: at,
  };
  await table.personas.put({ ...about, ...made, ...(provider && { provider }) }, undefined);
}

const wished = async (
  body: object,
  deps: CreateGenerationDeps,
  before: Partial<Pick<IdempotentRequest, 'isRepeated' | 'outcome'>> = {},
) => createGeneration('ana', admitted(route, { body }).body, deps, before);

let ids = 0;
async function ask(request: object, relay: RelayHere = true) {
  const { executions, started } = fakeExecutions();
  const done = wished(
    { prompt: 'rain', ...request },
    {
      store: table.store,
      models: table.models,
      personas: table.personas,
      executions,
      relay,
      here: {
        stage: 'local',
        placeOf: (dialect: Dialect) => ({ host: 'sandbox', dialect, stage: 'local' }),
      },
      settings,
      now: () => Date.parse(testMoment),
      newId: () => `music-${++ids}`,
    },
  );
  return { done, started };
}
const problemsOf = async (request: object, relay: RelayHere = true) => {
  const before = ids;
  const { done, started } = await ask(request, relay);
  const error = await done.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(started).toEqual([]);
  // Nothing was recorded: not even an id was drawn.
  expect(ids).toBe(before);
  return error;
};

describe('POST /generations', () => {
  it('sings with the newest persona of a name, where that lives, and says that there are others', async () => {
    const { session, warnings } = await (await ask({ persona: 'Hers' })).done;
    expect(session.music).toMatchObject({
      dialect: 'relay',
      model: 'chirp-v4-tau',
      persona: { personaId: 'newer', clipId: 'clip-1', name: 'Hers' },
    });
    expect(warnings).toEqual([expect.stringContaining('2 personas are called "Hers"')]);
  });

  it.each([
    ['chirp-hawk', 'is in no list of models that is known here'],
    ['chirp-v55', 'is reported to be retired since 2026-09-09'],
  ])('passes %s on, and warns of it', async (model, words) => {
    const { session, warnings } = await (await ask({ model })).done;
    expect(session.music).toMatchObject({ dialect: 'mountsea', model });
    expect(warnings).toEqual([expect.stringContaining(words)]);
  });

  it('warns of no model that nobody has named', async () => {
    expect((await (await ask({ dialect: 'relay' })).done).warnings).toEqual([]);
    expect((await (await ask({ model: 'Night Drive' })).done).warnings).toEqual([]);
  });

  it.each([
    [{ persona: 'older' }, { dialect: 'relay', persona: { personaId: 'older', clipId: 'clip-0' } }],
    [
      { persona: 'His', model: 'chirp-v55' },
      { dialect: 'mountsea', model: 'chirp-v55' },
    ],
    [{ dialect: 'relay' }, { dialect: 'relay', model: 'chirp-v4' }],
    [{ model: 'chirp-v55' }, { dialect: 'mountsea', model: 'chirp-v55' }],
  ])('%o is recorded as %o', async (request, music) => {
    const { session } = await (await ask(request)).done;
    expect(session.music).toMatchObject(music);
    const kept = await table.store.requireSession(session.sessionId);
    expect(kept.music).toEqual(session.music);
  });

  it.each([custom, custom.toUpperCase().replace('CHIRP-CUSTOM', 'chirp-custom'), 'Night Drive'])(
    'makes music with a model of the caller, by its id or its name: %s',
    async (wanted) => {
      const { session } = await (await ask({ model: wanted })).done;
      expect(session.music).toMatchObject({ model: custom });
    },
  );

  it.each([
    ['of another user', foreign],
    ['of nobody', foreign.replaceAll('1', '2')],
    ['of another user by its name', 'Hers alone'],
  ])('refuses a model %s, in the same words', async (_, wanted) => {
    expect(await problemsOf({ model: wanted })).toMatchObject({
      name: 'BadInput',
      problems: [
        {
          where: 'model',
          message: expect.stringMatching(/no model of yours.*: your models are "Night Drive"$/),
        },
      ],
    });
  });

  it('refuses a model and a persona of another provider, by the variable that is to be changed', async () => {
    const provider = { host: 'api.example.com', dialect: 'mountsea', stage: 'local' } as const;
    const modelId = foreign.replaceAll('1', '3');
    const about = { owner: 'ana', modelId, name: 'Paid', sessionId: 's', files: [], credits: 1 };
    await table.models.register({ ...about, createdAt: testMoment, provider });
    await persona('Paid voice', { dialect: 'mountsea', personaId: 'paid-voice', clipId: 'c', provider });
    for (const request of [
      { model: modelId },
      { model: 'Paid' },
      { persona: 'Paid voice', model: 'chirp-v55' },
    ]) {
      expect(await problemsOf(request)).toMatchObject({
        problems: [
          {
            message: expect.stringMatching(/^belongs to the provider at api.example.com.*PROVIDER_BASE_URL/),
          },
        ],
      });
    }
  });

  it.each([
    ['an unknown persona', { persona: 'Nobody' }, 'persona', 'your personas are "Hers", "His"'],
    ['a persona in doubt', { persona: 'Perhaps' }, 'persona', 'nobody knows yet'],
    ['one that was surely not made', { persona: 'Never' }, 'persona', 'no persona of yours'],
    ['a custom model with a persona', { persona: 'His', model: custom }, 'model', 'cannot sing'],
    ['no model', {}, 'model', 'is missing'],
    ['an unknown dialect', { dialect: 'suno' }, 'dialect', 'mountsea'],
    ['a field of another name', { through: 'relay', model: 'chirp-v55' }, 'through', 'not a field'],
  ])('%s is refused by its field, before anything is recorded', async (_, request, where, words) => {
    expect(await problemsOf(request)).toMatchObject({
      name: 'BadInput',
      problems: [{ where, message: expect.stringContaining(words) }],
    });
  });

  it('a relay that is not configured is refused by name', async () => {
    expect(await problemsOf({ persona: 'Hers' }, { set: 'RELAY_BASE_URL' })).toMatchObject({
      problems: [{ where: 'persona', message: expect.stringContaining('set RELAY_BASE_URL ') }],
    });
  });

  describe('repeated with the same idempotency key', () => {
    function asking(name: string) {
      const machine = fakeExecutions();
      const deps = (executions: Executions = machine.executions) => ({
        store: table.store,
        models: table.models,
        personas: table.personas,
        executions,
        relay: true as const,
        settings,
        now: () => Date.parse(testMoment),
        newId: () => name,
      });
      const body = { prompt: 'rain', persona: 'Hers' };
      const ask = (executions?: Executions) => wished(body, deps(executions));
      const repeat = (outcome?: Outcome) =>
        wished(body, deps(), { isRepeated: true, ...(outcome && { outcome }) });
      return { ...machine, ask, repeat };
    }
    const change = (name: string, changes: Partial<Session>) =>
      table.store.changeSession(name, () => changes);

    it('answers the same session with the same warnings, and begins nothing', async () => {
      const { ask, repeat, started } = asking('repeated');
      const first = await ask();
      expect(await repeat({ warnings: first.warnings })).toEqual(first);
      expect(started).toEqual(['repeated-1 {"sessionId":"repeated"}']);
    });

    it('starts what an earlier try has recorded and not started', async () => {
      const { ask, repeat, started, executions } = asking('half');
      const start = async () => {
        throw new ChirpsmithError('AccessDenied', 'not now');
      };
      await expect(ask({ ...executions, start })).rejects.toMatchObject({ name: 'AccessDenied' });
      expect((await repeat()).session).toMatchObject({ sessionId: 'half', status: 'preparing' });
      expect(started).toEqual(['half-1 {"sessionId":"half"}']);
    });

    it('makes the music when the earlier try ended before it recorded anything', async () => {
      const { repeat, started } = asking('nothing-yet');
      expect((await repeat()).warnings).toHaveLength(1);
      expect(started).toHaveLength(1);
    });

    it.each(['failed', 'cancelled', 'ready'] as const)(
      'leaves music that is %s by now as it is',
      async (status) => {
        const { ask, repeat, started } = asking(`now-${status}`);
        await ask();
        await change(`now-${status}`, { status });
        expect((await repeat({ warnings: [] })).session.status).toBe(status);
        expect(started).toHaveLength(1);
      },
    );

    it('refuses when the music was deleted since, and says what to send', async () => {
      const { repeat, started } = asking('deleted-since');
      await expect(repeat({ warnings: [] })).rejects.toMatchObject({
        name: 'NotPossible',
        message: expect.stringContaining('send a new key'),
      });
      expect(started).toEqual([]);
      // The same request with a new key makes music of its own.
      const anew = asking('with-a-new-key');
      expect((await anew.ask()).session).toMatchObject({ sessionId: 'with-a-new-key' });
      expect(anew.started).toHaveLength(1);
    });
  });
});
