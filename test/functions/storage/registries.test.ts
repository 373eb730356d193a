import { beforeEach, describe, expect, it } from 'vitest';
import { type Model, nearlyFull } from '../../../functions/domain/model.ts';
import { isMade, type Persona } from '../../../functions/domain/persona.ts';
import { createModelStore } from '../../../functions/storage/model-store.ts';
import { createPersonaStore } from '../../../functions/storage/persona-store.ts';
import { testMoment } from '../../../test-support/session-records.ts';
import { openMemoryTable } from '../../../test-support/tables/memory-table.ts';
import { awsError, notingClient } from './noting-client.ts';

let table: Awaited<ReturnType<typeof openMemoryTable>>;
beforeEach(async () => {
  table = await openMemoryTable();
});

const at = (minute: number) => new Date(Date.parse(testMoment) + minute * 60_000).toISOString();
const model = (modelId: string, more: Partial<Model> = {}): Model => ({
  modelId,
  name: 'Night Drive',
  owner: 'ana',
  sessionId: 's1',
  files: ['one.mp3'],
  credits: 106,
  createdAt: testMoment,
  ...more,
});
const persona = (clipId: string, more: Partial<Persona> = {}): Omit<Persona, 'version'> => ({
  owner: 'ana',
  name: 'Voice',
  dialect: 'mountsea',
  clipId,
  sessionId: 's1',
  fence: 'intent',
  calls: 1,
  requestedAt: testMoment,
  ...more,
});
const place = (host: string) => ({ host, dialect: 'mountsea', stage: 'local' }) as const;
const over = (client = table.client) => ({
  models: createModelStore({ client, tableName: 'sessions' }),
  personas: createPersonaStore({ client, tableName: 'sessions' }),
});

describe('the registry of models', () => {
  it("holds each owner's models, newest first", async () => {
    const { models } = over();
    await models.register(model('a', { createdAt: at(1) }));
    await models.register(model('b', { createdAt: at(3) }));
    await models.register(model('c', { createdAt: at(2) }));
    await models.register(model('d', { owner: 'pia' }));
    expect((await models.list('ana')).map(({ modelId }) => modelId)).toEqual(['b', 'c', 'a']);
    expect(await models.list('pia')).toStrictEqual([model('d', { owner: 'pia' })]);
    expect(await models.list('nobody')).toEqual([]);
  });

  it('leaves a model as it was registered first', async () => {
    const { models } = over();
    await models.register(model('a'));
    await models.register(model('a', { name: 'Other' }));
    expect(await models.list('ana')).toStrictEqual([model('a')]);
  });

  it('holds two models whose ids are equal at two providers', async () => {
    const { models } = over();
    await models.register(model('a', { provider: place('one.example') }));
    await models.register(model('a', { provider: place('two.example') }));
    const hosts = (await models.list('ana')).map(({ provider }) => provider?.host);
    expect(hosts.sort()).toEqual(['one.example', 'two.example']);
  });

  it('keeps a model out of the list of sessions by owner', async () => {
    const { client, sent } = notingClient(table.client);
    await over(client).models.register(model('a'));
    expect(sent[0]).toMatchObject({ Item: { modelOwner: 'ana' } });
    expect(sent[0]?.Item).not.toHaveProperty('owner');
  });

  it('says what a model cannot be written for', async () => {
    const { client } = notingClient(table.client, () => awsError('ThrottlingException'));
    await expect(over(client).models.register(model('a'))).rejects.toMatchObject({
      name: 'StorageUnavailable',
    });
  });

  it('says which record it cannot read', async () => {
    const { client } = notingClient(table.client, () => ({ Items: [{ model: { modelId: 'a', files: 7 } }] }));
    await expect(over(client).models.list('ana')).rejects.toMatchObject({
      name: 'Unexpected',
      message: expect.stringMatching(/model's record.*files/s),
    });
  });
});

describe('the registry of personas', () => {
  it('finds the one that was made from a clip under a name, and no other', async () => {
    const { personas } = over();
    const written = await personas.put(persona('c1'), undefined);
    expect(written).toStrictEqual({ ...persona('c1'), version: 1 });
    expect(await personas.find(persona('c1'))).toStrictEqual(written);
    const others = [
      persona('c2'),
      persona('c1', { name: 'Other' }),
      persona('c1', { owner: 'pia' }),
      persona('c1', { dialect: 'relay' }),
      persona('c1', { provider: place('other.example') }),
    ];
    for (const other of others) expect(await personas.find(other)).toBeUndefined();
  });

  it.each(['none', 'intent', 'unknown', 'made'] as const)('holds one whose call is at %s', async (fence) => {
    const { personas } = over();
    const written = await personas.put(persona('c1', { fence }), undefined);
    expect(await personas.find(persona('c1'))).toStrictEqual(written);
  });

  it('has no name in its keys: a name may be anything', async () => {
    const { client, sent } = notingClient(table.client);
    await over(client).personas.put(persona('c1', { name: '#'.repeat(2000) }), undefined);
    expect(sent[0]).toMatchObject({ Item: { sk: expect.stringMatching(/^PERSONA#[0-9a-f]{64}$/) } });
  });

  it('lets the first of two writers of one version win, and rejects the second', async () => {
    const { personas } = over();
    const first = await personas.put(persona('c1'), undefined);
    await expect(personas.put(persona('c1'), undefined)).rejects.toMatchObject({ name: 'RecordConflict' });
    const second = await personas.put(persona('c1', { fence: 'unknown' }), first);
    expect(second.version).toBe(2);
    await expect(personas.put(persona('c1'), first)).rejects.toMatchObject({ name: 'RecordConflict' });
    expect(await personas.find(persona('c1'))).toStrictEqual(second);
  });

  it('lists those of an owner, newest first, by when they were made or else asked for', async () => {
    const { personas } = over();
    await personas.put(persona('old', { requestedAt: at(1) }), undefined);
    await personas.put(persona('made', { requestedAt: at(0), createdAt: at(3) }), undefined);
    await personas.put(persona('new', { requestedAt: at(2) }), undefined);
    await personas.put(persona('other', { owner: 'pia' }), undefined);
    expect((await personas.list('ana')).map(({ clipId }) => clipId)).toEqual(['made', 'new', 'old']);
    expect(await personas.list('nobody')).toEqual([]);
  });

  it('keeps a persona out of the list of sessions by owner', async () => {
    const { client, sent } = notingClient(table.client);
    await over(client).personas.put(persona('c1'), undefined);
    expect(sent[0]).toMatchObject({ Item: { personaOwner: 'ana' } });
    expect(sent[0]?.Item).not.toHaveProperty('owner');
  });

  it('finds a persona with a consistent read', async () => {
    const { client, sent } = notingClient(table.client);
    await over(client).personas.find(persona('c1'));
    expect(sent).toMatchObject([{ ConsistentRead: true }]);
  });

  it('says which record it cannot read', async () => {
    const { client } = notingClient(table.client, () => ({ Item: { persona: { fence: 'open' } } }));
    await expect(over(client).personas.find(persona('c1'))).rejects.toMatchObject({
      name: 'Unexpected',
      message: expect.stringMatching(/persona's record.*fence/s),
    });
  });

  it('says that the table cannot be read', async () => {
    const { client } = notingClient(table.client, () => awsError('ThrottlingException'));
    await expect(over(client).personas.find(persona('c1'))).rejects.toMatchObject({
      name: 'StorageUnavailable',
    });
  });

  it('takes a persona for made only with its id', () => {
    const made = { ...persona('c1', { fence: 'made', personaId: 'p' }), version: 1 };
    expect(isMade(made)).toBe(true);
    expect(isMade({ ...made, fence: 'unknown' })).toBe(false);
    expect(isMade({ ...made, personaId: undefined })).toBe(false);
  });
});

describe.each([
  ['models', 'MODELS#ana', (clipId: string) => ({ model: model(clipId) })],
  ['personas', 'PERSONAS#ana', (clipId: string) => ({ persona: { ...persona(clipId), version: 1 } })],
] as const)('a list of %s', (registry, pk, item) => {
  it('is read to its last page, consistently', async () => {
    const { client, sent } = notingClient(
      table.client,
      (_, nth) =>
        [
          { Items: [item('a')], LastEvaluatedKey: { pk: 'to a' } },
          { LastEvaluatedKey: { pk: 'to b' } },
          { Items: [item('c')] },
        ][nth - 1],
    );
    expect(await over(client)[registry].list('ana')).toHaveLength(2);
    expect(sent.map(({ ExclusiveStartKey }) => ExclusiveStartKey)).toEqual([
      undefined,
      { pk: 'to a' },
      { pk: 'to b' },
    ]);
    for (const query of sent) {
      expect(query).toMatchObject({
        TableName: 'sessions',
        ConsistentRead: true,
        ExpressionAttributeValues: { ':pk': pk },
      });
    }
  });

  it('says that the table cannot be read', async () => {
    const { client } = notingClient(table.client, () => awsError('ThrottlingException'));
    await expect(over(client)[registry].list('ana')).rejects.toMatchObject({ name: 'StorageUnavailable' });
  });
});

describe('an account that is nearly full', () => {
  it.each([
    [8, 10],
    [10, 10],
    [11, 10],
    [4, 5],
  ])('is announced before another model is paid for: %i of %i', (models, limit) => {
    expect(nearlyFull(models, limit)).toContain(`${models} models`);
    expect(nearlyFull(models, limit)).toContain(`hold ${limit}:`);
  });

  it.each([
    [7, 10],
    [3, 4],
    [100, undefined],
  ])('is not: %i of %s', (models, limit) => {
    expect(nearlyFull(models, limit)).toBeUndefined();
  });
});
