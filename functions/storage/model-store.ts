import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Model, type ModelStore, modelSchema } from '../domain/model.ts';
import { originKey } from '../domain/provider-origin.ts';
import { allUnder, createDynamoTable, ignoreConflict, parseItem } from './dynamo-table.ts';

const ownerKey = (owner: string) => `MODELS#${owner}`;

export function createModelStore(options: { client: DynamoDBDocumentClient; tableName: string }): ModelStore {
  const table = createDynamoTable(options);
  return {
    async register(model) {
      // Not under `owner`: that would put it into the index of sessions by owner.
      const { owner, ...rest } = model;
      const item = {
        pk: ownerKey(owner),
        sk: `MODEL#${originKey(model.provider)}#${model.modelId}`,
        modelOwner: owner,
        model: rest,
      };
      await table.put(item).catch(ignoreConflict);
    },

    async list(owner) {
      const models: Model[] = [];
      for await (const page of table.pages(allUnder(ownerKey(owner)))) {
        models.push(
          ...page.map(({ model }) => parseItem(modelSchema, { ...Object(model), owner }, "A model's record")),
        );
      }
      return models.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
    },
  };
}
