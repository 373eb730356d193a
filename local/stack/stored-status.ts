import { z } from 'zod';
import { sessionRecordKey } from '../../functions/storage/record-keys.ts';
import type { ServiceHandler } from '../../packages/local-aws/aws-endpoint.ts';

const record = z.object({ Item: z.object({ status: z.object({ S: z.string() }) }).optional() });

/** Reads the status of a session where it is stored; undefined when the session is not there any more. */
export function storedStatus(
  table: ServiceHandler,
  TableName: string,
  admin: { readonly accessKeyId: string },
): (sessionId: string) => Promise<string | undefined> {
  return async (sessionId) => {
    const { pk, sk } = sessionRecordKey(sessionId);
    const found = await table('GetItem', { TableName, Key: { pk: { S: pk }, sk: { S: sk } } }, admin);
    return record.parse(found).Item?.status.S;
  };
}
