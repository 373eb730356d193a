import { createHash } from 'node:crypto';
import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type Persona, type PersonaIdentity, type PersonaStore, personaSchema } from '../domain/persona.ts';
import { originKey } from '../domain/provider-origin.ts';
import { named } from '../shared/aws-errors.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import { createConditionalWriter } from './conditional-writes.ts';

const ownerKey = (owner: string) => `PERSONAS#${owner}`;

/** A name may be anything, so it is no part of a key as it stands. */
function keyOf({ owner, dialect, provider, clipId, name }: PersonaIdentity): { pk: string; sk: string } {
  const digest = createHash('sha256')
    .update(JSON.stringify([originKey(provider), dialect, clipId, name]))
    .digest('hex');
  return { pk: ownerKey(owner), sk: `PERSONA#${digest}` };
}

export function createPersonaStore(options: {
  client: DynamoDBDocumentClient;
  tableName: string;
}): PersonaStore {
  const { client, tableName: TableName } = options;
  const writer = createConditionalWriter(options);
  return {
    async find(identity) {
      const get = new GetCommand({ TableName, Key: keyOf(identity), ConsistentRead: true });
      const { Item } = await named(client.send(get));
      return Item && parse({ ...Item.persona, owner: identity.owner });
    },

    async put(persona, seen) {
      // Not under `owner`: that would put it into the index of sessions by owner.
      const { owner, ...rest } = persona;
      const version = (seen?.version ?? 0) + 1;
      const condition = seen
        ? {
            ConditionExpression: '#version = :seen',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':seen': seen.version },
          }
        : undefined;
      const item = { ...keyOf(persona), personaOwner: owner, version, persona: { ...rest, version } };
      await writer.put(item, condition);
      return { ...persona, version };
    },

    async list(owner) {
      const personas: Persona[] = [];
      let from: Record<string, unknown> | undefined;
      do {
        const query = new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': ownerKey(owner) },
          ConsistentRead: true,
          ExclusiveStartKey: from,
        });
        const page = await named(client.send(query));
        personas.push(...(page.Items ?? []).map((item) => parse({ ...item.persona, owner })));
        from = page.LastEvaluatedKey;
      } while (from);
      const at = ({ createdAt, requestedAt }: Persona) => createdAt ?? requestedAt;
      return personas.sort((a, b) => at(b).localeCompare(at(a)));
    },
  };
}

function parse(item: unknown): Persona {
  const { data, error } = personaSchema.safeParse(item);
  if (data) return data;
  throw new ChirpsmithError(
    'Unexpected',
    `A persona's record does not have the expected form: ${error.message}`,
  );
}
