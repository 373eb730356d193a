import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { AwsError } from '../../packages/local-aws/aws-error.ts';
import { openDynamoDb } from '../../packages/local-aws/dynamodb.ts';
import { newDirectory } from '../directory.ts';
import type { Table } from './table.ts';

const keys = (HASH: string, RANGE: string) => [
  { AttributeName: HASH, KeyType: 'HASH' },
  { AttributeName: RANGE, KeyType: 'RANGE' },
];
const index = (IndexName: string, hash: string, range: string) => ({
  IndexName,
  KeySchema: keys(hash, range),
  Projection: { ProjectionType: 'ALL' },
});

/** What a request says, and what it is answered: the body as JSON. */
type Answer = (request: { headers: Record<string, string>; body?: unknown }) => Promise<{
  response: { statusCode: number; headers: Record<string, string>; body: Uint8Array };
}>;

/** The session table in dynalite, on disk, asked by the real SDK with no network in between. */
export async function openDynaliteTable(): Promise<Table & { readonly answer: Answer }> {
  const directory = newDirectory();
  const name = 'sessions';
  const attributes = ['pk', 'sk', 'owner', 'createdAt', 'underWay', 'updatedAt'];
  const create = {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keys('pk', 'sk'),
    GlobalSecondaryIndexes: [
      index('byOwner', 'owner', 'createdAt'),
      index('underWay', 'underWay', 'updatedAt'),
    ],
  };
  const database = await openDynamoDb({
    directory,
    tables: [
      {
        name,
        arn: 'arn:aws:dynamodb:us-east-1:123456789012:table/sessions',
        create,
        ttlAttribute: undefined,
      },
    ],
    access: { check: () => {} },
  });

  const answer: Answer = async (request) => {
    const operation = request.headers['x-amz-target']?.split('.').at(-1) ?? '';
    const respond = (statusCode: number, body: object) => ({
      response: {
        statusCode,
        headers: { 'content-type': 'application/x-amz-json-1.0' },
        body: new TextEncoder().encode(JSON.stringify(body)),
      },
    });
    const text =
      request.body instanceof Uint8Array ? new TextDecoder().decode(request.body) : String(request.body);
    try {
      return respond(200, await database.handler(operation, JSON.parse(text), { accessKeyId: 'rig' }));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return respond(error.statusCode, { __type: error.code, message: error.message });
    }
  };
  const bare = new DynamoDBClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'rig', secretAccessKey: 'rig' },
    requestHandler: { handle: answer },
  });
  const client = DynamoDBDocumentClient.from(bare, { marshallOptions: { removeUndefinedValues: true } });
  return {
    client,
    name,
    answer,
    async close() {
      bare.destroy();
      await database.close();
    },
  };
}
