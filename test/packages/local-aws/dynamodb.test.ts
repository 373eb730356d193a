import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeTableCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import database from 'dynalite/db/index.js';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startAwsEndpoint } from '../../../packages/local-aws/aws-endpoint.ts';
import { openDynamoDb } from '../../../packages/local-aws/dynamodb.ts';
import { createAccess } from '../../../packages/local-aws/iam.ts';
import { first, smallAssembly } from './assembly-fixture.ts';

const assembly = smallAssembly();
const access = createAccess(assembly);
const noService = async () => ({});

async function start(directory: string) {
  const database = await openDynamoDb({ directory, tables: assembly.tables, access });
  const endpoint = await startAwsEndpoint({
    port: 0,
    region: assembly.region,
    access,
    services: { dynamodb: database.handler, secretsmanager: noService, states: noService },
  });
  const clientOf = (credentials: typeof access.admin) =>
    DynamoDBDocumentClient.from(
      new DynamoDBClient({ endpoint: endpoint.url, region: assembly.region, credentials, maxAttempts: 1 }),
    );
  return {
    admin: clientOf(access.admin),
    work: clientOf(access.credentialsFor(first(assembly.functions).roleArn)),
    close: async () => {
      await endpoint.close();
      await database.close();
    },
  };
}

let directory: string;
let stack: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dynamodb-'));
  stack = await start(join(directory, 'main'));
});
afterAll(async () => {
  await stack.close();
  await rm(directory, { recursive: true });
});

const TableName = 'sessions';
const session = (id: string, owner: string, createdAt: string) => ({
  pk: id,
  sk: 'session',
  owner,
  createdAt,
  version: 1,
  ids: new Set(['a', 'b']),
});

test('the table of the template is there from the start', async () => {
  const { Table } = await stack.admin.send(new DescribeTableCommand({ TableName }));
  expect(Table).toMatchObject({
    TableStatus: 'ACTIVE',
    GlobalSecondaryIndexes: [{ IndexName: 'byOwner', IndexStatus: 'ACTIVE' }],
  });
});

test('writes on a condition, and says so by name when it does not hold', async () => {
  const Item = session('s1', 'ana', '2026-01-01');
  const put = () =>
    stack.work.send(new PutCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }));
  await put();
  await expect(put()).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  const { Item: read } = await stack.work.send(
    new GetCommand({ TableName, Key: { pk: 's1', sk: 'session' }, ConsistentRead: true }),
  );
  expect(read).toEqual(Item);
});

test('queries an item collection and an index, page by page', async () => {
  for (const day of ['03', '02', '04']) {
    await stack.admin.send(new PutCommand({ TableName, Item: session(`q${day}`, 'bea', `2026-01-${day}`) }));
  }
  const page = (ExclusiveStartKey?: Record<string, unknown>) =>
    stack.admin.send(
      new QueryCommand({
        TableName,
        IndexName: 'byOwner',
        KeyConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': 'bea' },
        ScanIndexForward: false,
        Limit: 2,
        ...(ExclusiveStartKey && { ExclusiveStartKey }),
      }),
    );
  const newest = await page();
  expect(newest.Items?.map(({ pk }) => pk)).toEqual(['q04', 'q03']);
  const rest = await page(newest.LastEvaluatedKey);
  expect(rest.Items?.map(({ pk }) => pk)).toEqual(['q02']);
});

test('a role may do what the template grants it, and nothing else', async () => {
  const update = new UpdateCommand({
    TableName,
    Key: { pk: 's1', sk: 'session' },
    UpdateExpression: 'SET version = :v',
    ExpressionAttributeValues: { ':v': 2 },
  });
  await expect(stack.work.send(update)).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringMatching(
      /Service-work is not authorized to perform: dynamodb:UpdateItem on .*table\/sessions/,
    ),
  });
  await stack.admin.send(update);
});

test('a query of an index needs a grant on the index itself', async () => {
  const query = new QueryCommand({
    TableName,
    IndexName: 'byOwner',
    KeyConditionExpression: 'owner = :o',
    ExpressionAttributeValues: { ':o': 'ana' },
  });
  await expect(stack.work.send(query)).rejects.toThrow('table/sessions/index/byOwner because no');
});

test('an operation or a field that it does not know is refused by name, not ignored', async () => {
  await expect(stack.admin.send(new ScanCommand({ TableName }))).rejects.toThrow(
    'DynamoDB Scan is not known to the local runtime.',
  );
  const put = new PutCommand({
    TableName,
    Item: session('s9', 'ana', '2026-01-09'),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  await expect(stack.admin.send(put)).rejects.toThrow(
    'DynamoDB PutItem: ReturnValuesOnConditionCheckFailure is not known to the local runtime.',
  );
});

test('the error of a second stack on the same directory says why it cannot start', async () => {
  const second = openDynamoDb({ directory: join(directory, 'main'), tables: assembly.tables, access });
  await expect(second).rejects.toThrow('is another stack running on it?');
});

test('what was written survives a kill -9', async () => {
  const home = join(directory, 'killed');
  const writer = fork(join(import.meta.dirname, 'dynamodb-writer.ts'), [home], { stdio: 'inherit' });
  const exited = once(writer, 'exit');
  await once(writer, 'message');
  writer.kill('SIGKILL');
  await exited;
  const again = await start(home);
  const { Count } = await again.admin.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': 'killed' },
    }),
  );
  await again.close();
  expect(Count).toBe(50);
});

test('a table on disk with other keys than the template is an error that says what to do', async () => {
  const home = join(directory, 'changed');
  await (await start(home)).close();
  const table = first(assembly.tables);
  const changed = { ...table, create: { ...table.create, GlobalSecondaryIndexes: [] } };
  await expect(openDynamoDb({ directory: home, tables: [changed], access })).rejects.toThrow(
    /Table sessions in .* has another GlobalSecondaryIndexes than the template\. Move that directory away/,
  );
});

test('a query leaves no iterator open, read to its end or not: each would keep megabytes', async () => {
  const create = vi.spyOn(database, 'create');
  const own = await start(join(directory, 'iterators'));
  const store = create.mock.results[0]?.value;
  create.mockRestore();
  const closings: (() => void)[] = [];
  const values = store.db.values;
  store.db.values = (options: object) => {
    const iterator = values(options);
    closings.push(vi.spyOn(iterator, 'close') as never);
    return iterator;
  };
  for (const sk of ['a', 'b', 'c']) {
    await own.admin.send(new PutCommand({ TableName, Item: { ...session('one', 'ana', '1'), sk } }));
  }
  const query = {
    TableName,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': 'one' },
  };
  for (const Limit of [1, 10]) await own.admin.send(new QueryCommand({ ...query, Limit }));
  expect(closings).toHaveLength(2);
  await vi.waitFor(() => {
    for (const closed of closings) expect(closed).toHaveBeenCalled();
  });
  await own.close();
});
