import { expect, it } from 'vitest';
import { listModels } from '../../../functions/api/list-models/list-models.ts';
import type { Model } from '../../../functions/domain/model.ts';
import type { Dialect } from '../../../functions/provider/provider.ts';
import { settingsSchema } from '../../../functions/shared/settings.ts';
import { testMoment } from '../../../test-support/session-records.ts';

const model = (modelId: string): Model => ({
  ...{ modelId, name: modelId, owner: 'ada', sessionId: 's', files: ['a.wav'], credits: 106 },
  createdAt: testMoment,
});
const here = {
  stage: 'local',
  placeOf: (dialect: Dialect) => ({ host: 'sandbox', dialect, stage: 'local' }),
};
const list = (count: number, limits = {}, more: readonly Model[] = []) =>
  listModels('ada', {
    models: {
      list: async () => [...Array.from({ length: count }, (_, index) => model(`model ${index}`)), ...more],
    },
    settings: settingsSchema.parse({ limits }),
    here,
  });

it('warns before the account holds as many models as it may, where the limit is configured', async () => {
  expect((await list(3, { models: 5 })).warning).toBeUndefined();
  expect((await list(4, { models: 5 })).warning).toContain('4 models of yours are known here');
  expect((await list(400)).warning).toBeUndefined();
});

it('counts the places that are used, where the limit is configured; models of another provider take none', async () => {
  const place = (host: string) => ({ host, dialect: 'mountsea', stage: 'local' }) as const;
  const elsewhere = { ...model('there'), provider: place('api.example.test') };
  const there = { ...model('here'), base: 'v6', provider: place('sandbox') };
  const answer = await list(2, { models: 10 }, [elsewhere, there]);
  expect(answer.slots).toEqual({ used: 3, limit: 10 });
  expect(answer.models).toHaveLength(4);
  expect(answer.models.at(-1)).toMatchObject({ modelId: 'here', base: 'v6' });
  expect(await list(2)).not.toHaveProperty('slots');
  expect((await list(4, { models: 5 })).warning).toContain('free no place');
});
