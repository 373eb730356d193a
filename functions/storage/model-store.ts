import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { originKey, providerOriginSchema } from '../domain/provider-origin.ts';
import { toChirpsmithError } from '../shared/aws-errors.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import { createConditionalWriter, isConflict } from './conditional-writes.ts';

/** A model that was trained here. It outlives its session's record, as it does at the provider. */
export const modelSchema = z.object({
  /** `chirp-custom:<uuid>` */
  modelId: z.string(),
  name: z.string(),
  owner: z.string(),
  /** The session that trained it. */
  sessionId: z.string(),
  /** Names of the files that it was made from. */
  files: z.array(z.string()),
  /** Credits that its session may have cost, by the configured prices. */
  credits: z.number(),
  createdAt: z.iso.datetime(),
  /** Where its id means something. */
  provider: providerOriginSchema.optional(),
});

export type Model = z.infer<typeof modelSchema>;

/** The registry of models, in the session table. Methods throw the errors of the session store. */
export interface ModelStore {
  /** Written once; a model that is there already is left as it is. */
  register(model: Model): Promise<void>;
  /** All models of an owner, newest first. */
  list(owner: string): Promise<Model[]>;
}

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

/** From how many models on, of those that the account can hold, a person is warned: four fifths. */
const nearShare = 0.8;

/** What to tell before another model is paid for, or nothing. @param limit as configured */
export function nearlyFull(models: number, limit: number | undefined): string | undefined {
  if (limit === undefined || models < limit * nearShare) return undefined;
  return `${models} models of yours are known here, and the account is said to hold ${limit}: the provider may refuse another one.`;
}
