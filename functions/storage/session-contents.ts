import { createHash } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { SessionKind } from '../shared/state-contracts.ts';
import { createDynamoRemoval } from './dynamo-removal.ts';
import { createDynamoTable, ignoreConflict, isConflict } from './dynamo-table.ts';

/** What makes two requests ask for the same session. */
export interface SessionContent {
  readonly owner: string;
  readonly kind: SessionKind;
  readonly name: string;
  /** SHA-256 of each file, 64 hex digits, in any order. */
  readonly hashes: readonly string[];
}

const claimSchema = z.object({
  sessionId: z.string(),
  /** When it was claimed, in milliseconds since the epoch; the session is recorded after that. */
  claimedAt: z.number(),
});

/** The session that a content belongs to. */
export type ContentClaim = Readonly<z.infer<typeof claimSchema>>;

/**
 * Which session there is for a content, in the session table. An entry lives as long as its session's record. Methods
 * throw `StorageUnavailable`, `AccessDenied` or `Unexpected`.
 */
export interface SessionContents {
  /**
   * Claims a content for a session, before that is recorded. Of two callers at once one gets it, and both are given
   * the same claim.
   * @param wish.expiresAt epoch seconds
   * @param wish.over whose place it may take: that of one session, or of `any`
   * @returns the claim on record: this one, or the one that was there before
   */
  claim(
    contentKey: string,
    wish: { readonly sessionId: string; readonly expiresAt: number; readonly over?: string },
  ): Promise<ContentClaim>;
  /** The claim on record; undefined when there is none. Nothing is written. */
  find(contentKey: string): Promise<ContentClaim | undefined>;
  /** Forgets the content of a session that is being deleted, unless another session has taken its place. */
  forget(contentKey: string, sessionId: string): Promise<void>;
}

/** A name for a content, 64 hex digits. */
export function contentKeyOf({ owner, kind, name, hashes }: SessionContent): string {
  const sorted = [...new Set(hashes.map((hash) => hash.toLowerCase()))].sort();
  return sha256(JSON.stringify([owner, kind, name.trim().normalize('NFC'), sha256(sorted.join('\n'))]));
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** @param clock milliseconds since the epoch */
export function createSessionContents(options: {
  client: DynamoDBDocumentClient;
  tableName: string;
  clock: () => number;
}): SessionContents {
  const { clock } = options;
  const table = createDynamoTable(options);
  const removal = createDynamoRemoval(options);
  const keyOf = (contentKey: string) => ({ pk: `CONTENT#${contentKey}`, sk: 'CONTENT' });
  return {
    async claim(contentKey, { sessionId, expiresAt, over = sessionId }) {
      const claim = { sessionId, claimedAt: clock() };
      const item = { ...keyOf(contentKey), ...claim, expiresAt };
      // Its own id: the write may have landed before, without its response.
      const condition = {
        ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now OR sessionId IN (:own, :over)',
        ExpressionAttributeValues: { ':now': Math.floor(clock() / 1000), ':own': sessionId, ':over': over },
      };
      try {
        await table.putWithoutNonce(item, over === 'any' ? {} : condition);
        return claim;
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
      return claimSchema.parse(await table.get(keyOf(contentKey)));
    },

    async find(contentKey) {
      const item = await table.get(keyOf(contentKey));
      const isAlive = Number(item?.expiresAt) > Math.floor(clock() / 1000);
      return isAlive ? claimSchema.parse(item) : undefined;
    },

    async forget(contentKey, sessionId) {
      const condition = {
        ConditionExpression: 'attribute_not_exists(pk) OR sessionId = :own',
        ExpressionAttributeValues: { ':own': sessionId },
      };
      await removal.remove(keyOf(contentKey), condition).catch(ignoreConflict);
    },
  };
}
