import { expect, it } from 'vitest';
import { listModels } from '../../../functions/api/list-models/list-models.ts';
import type { Model } from '../../../functions/domain/model.ts';
import { settingsSchema } from '../../../functions/shared/settings.ts';
import { testMoment } from '../../../test-support/session-records.ts';

const model = (modelId: string): Model => ({
  ...{ modelId, name: modelId, owner: 'ada', sessionId: 's', files: ['a.wav'], credits: 106 },
  createdAt: testMoment,
});
const list = (count: number, limits = {}) =>
  listModels('ada', {
    models: { list: async () => Array.from({ length: count }, (_, index) => model(`model ${index}`)) },
    settings: settingsSchema.parse({ limits }),
  });

it('warns before the account holds as many models as it may, where the limit is configured', async () => {
  expect((await list(3, { models: 5 })).warning).toBeUndefined();
  expect((await list(4, { models: 5 })).warning).toContain('4 models of yours are known here');
  expect((await list(400)).warning).toBeUndefined();
});
