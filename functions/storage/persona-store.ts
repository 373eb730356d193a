import { createHash } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Persona, type PersonaIdentity, type PersonaStore, personaSchema } from '../domain/persona.ts';
import { originKey } from '../domain/provider-origin.ts';
import { allUnder, createDynamoTable, parseItem } from './dynamo-table.ts';

const ownerKey = (owner: string) => `PERSONAS#${owner}`;

/** A name may hold any characters, so a key holds its hash instead. */
function keyOf({ owner, dialect, provider, clipId, name }: PersonaIdentity): { pk: string; sk: string } {
  const digest = createHash('sha256')
    .update(JSON.stringify([originKey(provider), dialect, clipId, name]))
    .digest('hex');
  return { pk: ownerKey(owner), sk: `PERSONA#${digest}` };
}

const parse = (persona: unknown, owner: string): Persona =>
  parseItem(personaSchema, { ...Object(persona), owner }, "A persona's record");

export function createPersonaStore(options: {
  client: DynamoDBDocumentClient;
  tableName: string;
}): PersonaStore {
  const table = createDynamoTable(options);
  return {
    async find(identity) {
      const item = await table.get(keyOf(identity));
      return item && parse(item.persona, identity.owner);
    },

    async put(persona, seen) {
      // Not under `owner`: that would put it into the index of sessions by owner.
      const { owner, ...rest } = persona;
      const version = (seen?.version ?? 0) + 1;
      const condition = seen && {
        ConditionExpression: '#version = :seen',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':seen': seen.version },
      };
      const item = { ...keyOf(persona), personaOwner: owner, version, persona: { ...rest, version } };
      await table.put(item, condition);
      return { ...persona, version };
    },

    async list(owner) {
      const personas: Persona[] = [];
      for await (const page of table.pages(allUnder(ownerKey(owner)))) {
        personas.push(...page.map(({ persona }) => parse(persona, owner)));
      }
      const at = ({ createdAt, requestedAt }: Persona) => createdAt ?? requestedAt;
      return personas.sort((a, b) => at(b).localeCompare(at(a)));
    },
  };
}
