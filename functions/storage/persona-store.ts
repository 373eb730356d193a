import { createHash } from 'node:crypto';
import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { originKey, providerOriginSchema } from '../domain/provider-origin.ts';
import { dialects } from '../provider/provider.ts';
import { named } from '../shared/aws-errors.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import { createConditionalWriter } from './conditional-writes.ts';

const count = z.number().int().nonnegative();

/** A persona that was made here, or is being made. It outlives its music's record, as it does at the provider. */
export const personaSchema = z.object({
  owner: z.string(),
  name: z.string(),
  description: z.string().optional(),
  dialect: z.enum(dialects),
  /** Where its id means something. */
  provider: providerOriginSchema.optional(),
  /** The generated clip that it is made from, and the session of that music. */
  clipId: z.string(),
  sessionId: z.string(),
  /**
   * The fence around the call, as around create: `none` → `intent` before it; then `made`, back to `none` when it was
   * surely not taken, or `unknown` when its answer was lost.
   */
  fence: z.enum(['none', 'intent', 'unknown', 'made']),
  /** Calls that the provider may have taken. */
  calls: count,
  requestedAt: z.iso.datetime(),
  /** The request that called last, where it had an idempotency key: a repetition of it does not call again. */
  requestId: z.string().optional(),
  /** The provider's id; only of one that is made. */
  personaId: z.string().optional(),
  createdAt: z.iso.datetime().optional(),
  /** What came in place of an answer, with the provider's words where it gave any. */
  lost: z.string().optional(),
  /** Grows with every write; each write names the version that it saw. */
  version: count,
});

export type Persona = z.infer<typeof personaSchema>;

/** A persona that is there, with its id. */
export type MadePersona = Persona & { readonly personaId: string };

/** What makes two requests the same: the same voice, from the same clip of the same provider, under the same name. */
export type PersonaIdentity = Pick<Persona, 'owner' | 'dialect' | 'provider' | 'clipId' | 'name'>;

/** The registry of personas, in the session table. Methods throw the errors of the session store. */
export interface PersonaStore {
  find(identity: PersonaIdentity): Promise<Persona | undefined>;
  /**
   * Writes a persona over the one that was seen; of two who saw the same, one is told RecordConflict.
   * @param seen undefined where there was none
   */
  put(persona: Omit<Persona, 'version'>, seen: Persona | undefined): Promise<Persona>;
  /** All personas of an owner, those in doubt included, newest first. */
  list(owner: string): Promise<Persona[]>;
}

const ownerKey = (owner: string) => `PERSONAS#${owner}`;

/** A name may be anything, so it is no part of a key as it stands. */
function keyOf({ owner, dialect, provider, clipId, name }: PersonaIdentity): { pk: string; sk: string } {
  const digest = createHash('sha256')
    .update(JSON.stringify([originKey(provider), dialect, clipId, name]))
    .digest('hex');
  return { pk: ownerKey(owner), sk: `PERSONA#${digest}` };
}

/** Is it there, rather than in doubt or never taken? */
export function isMade(persona: Persona): persona is MadePersona {
  return persona.fence === 'made' && persona.personaId !== undefined;
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
