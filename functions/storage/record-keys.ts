/** Where the records are in the table. */
export const sessionRecordKey = (sessionId: string) => ({ pk: `SESSION#${sessionId}`, sk: 'SESSION' });

export const trackRecordKey = (sessionId: string, trackId: string) => ({
  pk: `SESSION#${sessionId}`,
  sk: `TRACK#${trackId}`,
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
