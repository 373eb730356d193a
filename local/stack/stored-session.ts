import { z } from 'zod';
import { sessionRecordKey } from '../../functions/storage/record-keys.ts';
import type { ServiceHandler } from '../../packages/local-aws/aws-endpoint.ts';
import type { StoredSession, StoredTrack } from '../audio-way/leftovers.ts';

const text = z.object({ S: z.string() });
const item = z.object({
  sk: text,
  status: text.optional(),
  statusSince: text.optional(),
  submittedAt: text.optional(),
  attemptsInDoubt: z.object({ N: z.coerce.number() }).optional(),
  failure: z.object({ M: z.object({ error: text.optional() }) }).optional(),
});
const page = z.object({
  Items: z.array(item).default([]),
  LastEvaluatedKey: z.record(z.string(), text).optional(),
});

/** Reads a session and its tracks where they are stored; undefined when the session is not there any more. */
export function storedSession(
  table: ServiceHandler,
  TableName: string,
  admin: { readonly accessKeyId: string },
): (sessionId: string) => Promise<StoredSession | undefined> {
  return async (sessionId) => {
    const { pk, sk: ofSession } = sessionRecordKey(sessionId);
    let session: Omit<StoredSession, 'tracks'> | undefined;
    const tracks: StoredTrack[] = [];
    let ExclusiveStartKey: z.infer<typeof page>['LastEvaluatedKey'];
    do {
      const query = {
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: pk } },
        ...(ExclusiveStartKey && { ExclusiveStartKey }),
      };
      const found = page.parse(await table('Query', query, admin));
      for (const { sk, status, statusSince, submittedAt, attemptsInDoubt, failure } of found.Items) {
        if (status === undefined) continue;
        if (sk.S === ofSession) session = { status: status.S, statusSince: statusSince?.S };
        else
          tracks.push({
            status: status.S,
            submittedAt: submittedAt?.S,
            attemptsInDoubt: attemptsInDoubt?.N,
            error: failure?.M.error?.S,
          });
      }
      ExclusiveStartKey = found.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    return session && { ...session, tracks };
  };
}
