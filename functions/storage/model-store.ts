import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type Model, type ModelStore, modelSchema } from '../domain/model.ts';
import { originKey } from '../domain/provider-origin.ts';
import { toChirpsmithError } from '../shared/aws-errors.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import { createConditionalWriter, isConflict } from './conditional-writes.ts';

const ownerKey = (owner: string) => `MODELS#${owner}`;

export function createModelStore(options: { client: DynamoDBDocumentClient; tableName: string }): ModelStore {
  const { client, tableName: TableName } = options;
  const writer = createConditionalWriter(options);
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
      await writer.put(item).catch((error: unknown) => {
        if (!isConflict(error)) throw error;
      });
    },

    async list(owner) {
      const models: Model[] = [];
      let from: Record<string, unknown> | undefined;
      do {
        const query = new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': ownerKey(owner) },
          ConsistentRead: true,
          ExclusiveStartKey: from,
        });
        const page = await client.send(query).catch((error: unknown) => {
          throw toChirpsmithError(error);
        });
        models.push(...(page.Items ?? []).map((item) => parse({ ...item.model, owner })));
        from = page.LastEvaluatedKey;
      } while (from);
      return models.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
    },
  };
}

function parse(item: unknown): Model {
  const { data, error } = modelSchema.safeParse(item);
  if (data) return data;
  throw new ChirpsmithError(
    'Unexpected',
    `A model's record does not have the expected form: ${error.message}`,
  );
}
