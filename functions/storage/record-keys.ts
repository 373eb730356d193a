import { originKey, type ProviderOrigin } from '../domain/provider-origin.ts';
import type { ProviderId } from '../domain/session-records.ts';

/** Where the records are in the table. */
export const sessionRecordKey = (sessionId: string) => ({ pk: `SESSION#${sessionId}`, sk: 'SESSION' });

export const trackRecordKey = (sessionId: string, trackId: string) => ({
  pk: `SESSION#${sessionId}`,
  sk: `TRACK#${trackId}`,
});

/** Whose an id of the provider's is. */
export const idRecordKey = (place: ProviderOrigin | undefined, what: ProviderId, id: string) => ({
  pk: `PROVIDER#${originKey(place)}#${what}#${id}`,
  sk: 'ID',
});

/** The tracks after one, in their order. `!` comes before every digit, `~` after. */
export const tracksAfter = (sessionId: string, after: string) => ({
  KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
  ExpressionAttributeValues: {
    ':pk': sessionRecordKey(sessionId).pk,
    ':from': `${trackRecordKey(sessionId, after).sk}!`,
    ':to': trackRecordKey(sessionId, '~').sk,
  },
});
