import { expect, it } from 'vitest';
import { storedSession } from '../../../local/stack/stored-session.ts';

const at = (sk: string, more: object) => ({ pk: { S: 'SESSION#s1' }, sk: { S: sk }, ...more });
const pages = [
  {
    Items: [
      at('CONTENT', {}),
      at('SESSION', { status: { S: 'cancelled' }, statusSince: { S: 'then' }, version: { N: '3' } }),
      at('TRACK#001', { status: { S: 'submitted' }, submittedAt: { S: 'before' } }),
    ],
    LastEvaluatedKey: { pk: { S: 'SESSION#s1' }, sk: { S: 'TRACK#001' } },
  },
  {
    Items: [
      at('TRACK#002', {
        status: { S: 'failed' },
        attemptsInDoubt: { N: '1' },
        failure: { M: { error: { S: 'DeadlineExceeded' }, permanent: { BOOL: true } } },
      }),
    ],
  },
];

it('a session is read with what each of its tracks says of its last submission, page by page', async () => {
  const asked: unknown[] = [];
  const table = async (action: string, query: unknown) => {
    asked.push([action, query]);
    return pages[asked.length - 1] ?? {};
  };
  const stored = storedSession(table, 'sessions', { accessKeyId: 'a' });
  expect(await stored('s1')).toEqual({
    status: 'cancelled',
    statusSince: 'then',
    tracks: [
      { status: 'submitted', submittedAt: 'before', attemptsInDoubt: undefined, error: undefined },
      { status: 'failed', submittedAt: undefined, attemptsInDoubt: 1, error: 'DeadlineExceeded' },
    ],
  });
  expect(asked).toMatchObject([
    ['Query', { TableName: 'sessions', ExpressionAttributeValues: { ':pk': { S: 'SESSION#s1' } } }],
    ['Query', { ExclusiveStartKey: { sk: { S: 'TRACK#001' } } }],
  ]);
  expect(await stored('s1')).toBeUndefined();
});
