/** Where the records are in the table. */
export const sessionKey = (sessionId: string) => ({ pk: `SESSION#${sessionId}`, sk: 'SESSION' });

export const trackKey = (sessionId: string, trackId: string) => ({
  pk: `SESSION#${sessionId}`,
  sk: `TRACK#${trackId}`,
});

/** The tracks after one, in their order. `!` comes before every digit, `~` after. */
export const tracksAfter = (sessionId: string, after: string) => ({
  KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
  ExpressionAttributeValues: {
    ':pk': sessionKey(sessionId).pk,
    ':from': `${trackKey(sessionId, after).sk}!`,
    ':to': trackKey(sessionId, '~').sk,
  },
});
