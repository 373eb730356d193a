import { randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { createDynamoTable, isConflict, parseItem } from './dynamo-table.ts';

/** The outcome of a request: ids and messages to build its response again, never a signed URL. */
export const outcomeSchema = z.object({
  sessionId: z.string().optional(),
  warnings: z.array(z.string()).optional(),
});

export type Outcome = Readonly<z.infer<typeof outcomeSchema>>;

const itemSchema = z.object({
  /** Of what was sent with the key. */
  fingerprint: z.string(),
  /** The invocation that works on it, and until when, in milliseconds since the epoch. */
  heldBy: z.string(),
  heldUntil: z.number(),
  /** There since the first response was made. */
  outcome: outcomeSchema.optional(),
  /** Epoch seconds. */
  expiresAt: z.number(),
});

/** Where a request with an idempotency key is to go on. */
export type BegunRequest =
  /** No earlier request had this key. */
  | { readonly is: 'first' }
  /** The key was used before: that request ended early, or has this outcome. */
  | { readonly is: 'repeated'; readonly outcome?: Outcome | undefined }
  /** Another invocation works on it at this moment. */
  | { readonly is: 'held' }
  /** The key was sent with another request. */
  | { readonly is: 'another' };

/** Requests by their idempotency keys, in the session table. Methods throw the errors of the session store. */
export interface RequestStore {
  /** @param requestId names owner, route and key */
  begin(requestId: string, fingerprint: string): Promise<BegunRequest>;
  /** Writes down what came of it; without an outcome, that it may be repeated. */
  end(requestId: string, fingerprint: string, outcome: Outcome | undefined): Promise<void>;
  /** Forgets it: nothing was done, and the key may be sent with another request. */
  forget(requestId: string, fingerprint: string): Promise<void>;
}

/** Seconds for which a key is known, from the last response on. */
export const keyLifetime = 24 * 60 * 60;

/** Milliseconds after which an invocation does not work on its request any more: a function of the API has 20 s. */
export const longestHold = 25_000;

/** @param clock milliseconds since the epoch */
export function createRequestStore(options: {
  client: DynamoDBDocumentClient;
  tableName: string;
  clock: () => number;
}): RequestStore {
  const { clock } = options;
  const table = createDynamoTable(options);
  const keyOf = (requestId: string) => ({ pk: `REQUEST#${requestId}`, sk: 'REQUEST' });
  type Item = z.infer<typeof itemSchema>;

  async function put(
    requestId: string,
    item: Item,
    seen?: { heldBy: string } | 'anything',
  ): Promise<boolean> {
    const condition =
      seen === 'anything'
        ? {}
        : seen
          ? { ConditionExpression: 'heldBy = :seen', ExpressionAttributeValues: { ':seen': seen.heldBy } }
          : {
              ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
              ExpressionAttributeValues: { ':now': Math.floor(clock() / 1000) },
            };
    try {
      await table.putWithoutNonce({ ...keyOf(requestId), ...item }, condition);
      return true;
    } catch (error) {
      if (!isConflict(error)) throw error;
      return false;
    }
  }

  async function find(requestId: string): Promise<Item | undefined> {
    const item = await table.get(keyOf(requestId));
    return item && parseItem(itemSchema, item, "A request's record");
  }

  const expiry = () => Math.floor(clock() / 1000) + keyLifetime;

  return {
    async begin(requestId, fingerprint) {
      const heldBy = randomUUID();
      const mine = { fingerprint, heldBy, heldUntil: clock() + longestHold, expiresAt: expiry() };
      if (await put(requestId, mine)) return { is: 'first' };
      const found = await find(requestId);
      // The write landed, and its response was lost.
      if (found?.heldBy === heldBy) return { is: 'first' };
      if (found && found.fingerprint !== fingerprint) return { is: 'another' };
      if (found?.outcome) return { is: 'repeated', outcome: found.outcome };
      if (!found || found.heldUntil > clock()) return { is: 'held' };
      if (await put(requestId, mine, found)) return { is: 'repeated' };
      return (await find(requestId))?.heldBy === heldBy ? { is: 'repeated' } : { is: 'held' };
    },

    async end(requestId, fingerprint, outcome) {
      const ended = { fingerprint, heldBy: randomUUID(), heldUntil: 0, expiresAt: expiry() };
      await put(requestId, { ...ended, ...(outcome && { outcome }) }, 'anything');
    },

    async forget(requestId, fingerprint) {
      const expiresAt = Math.floor(clock() / 1000);
      await put(requestId, { fingerprint, heldBy: randomUUID(), heldUntil: 0, expiresAt }, 'anything');
    },
  };
}
