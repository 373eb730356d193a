import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ListExecutionsCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServiceHandler, startAwsEndpoint } from '../../../packages/local-aws/aws-endpoint.ts';
import { AwsError } from '../../../packages/local-aws/aws-error.ts';
import { createAccess } from '../../../packages/local-aws/iam.ts';
import { smallAssembly } from './assembly-fixture.ts';

const access = createAccess(smallAssembly());
const seen: unknown[] = [];
const unforeseen: unknown[] = [];
const recorder =
  (service: string, output: Record<string, unknown>): ServiceHandler =>
  async (operation, input, { accessKeyId }) => {
    seen.push({ service, operation, input, accessKeyId });
    if (operation === 'StartExecution') throw new AwsError('ExecutionAlreadyExists', 400, 'It is there.');
    if (operation === 'ListExecutions') throw new Error('a bug');
    return output;
  };

let endpoint: Awaited<ReturnType<typeof startAwsEndpoint>>;
beforeAll(async () => {
  endpoint = await startAwsEndpoint({
    port: 0,
    region: 'us-east-1',
    access,
    services: {
      dynamodb: recorder('dynamodb', { Table: { TableName: 'sessions', CreationDateTime: 1.5 } }),
      secretsmanager: recorder('secretsmanager', { SecretString: 'ü' }),
      states: recorder('states', {}),
    },
    onError: (error) => unforeseen.push(error),
  });
});
afterAll(() => endpoint.close());

const config = (credentials = access.admin) => ({
  endpoint: endpoint.url,
  region: 'us-east-1',
  credentials,
  maxAttempts: 1,
});

test('implements the protocol of the DynamoDB client', async () => {
  const client = new DynamoDBClient(config());
  const { Table } = await client.send(new DescribeTableCommand({ TableName: 'sessions' }));
  expect(Table?.CreationDateTime).toEqual(new Date(1500));
  expect(seen).toContainEqual({
    service: 'dynamodb',
    operation: 'DescribeTable',
    input: { TableName: 'sessions' },
    accessKeyId: access.admin.accessKeyId,
  });
});

test('implements the protocol of the Secrets Manager client', async () => {
  const client = new SecretsManagerClient(config());
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: 'provider-key' }));
  expect(SecretString).toBe('ü');
});

test('hands an error of a service to the Step Functions client by its name', async () => {
  const sent = new SFNClient(config()).send(new StartExecutionCommand({ stateMachineArn: 'arn' }));
  await expect(sent).rejects.toMatchObject({
    name: 'ExecutionAlreadyExists',
    message: 'It is there.',
    $metadata: { httpStatusCode: 400 },
  });
});

test('answers what no rule foresaw with a 500 without details', async () => {
  const sent = new SFNClient(config()).send(new ListExecutionsCommand({ stateMachineArn: 'arn' }));
  await expect(sent).rejects.toMatchObject({ name: 'InternalFailure', message: 'Internal failure.' });
  expect(unforeseen).toEqual([new Error('a bug')]);
});

test('refuses a wrong secret, an unknown key and another region, and the service is not reached', async () => {
  const before = seen.length;
  const send = (overrides: object) =>
    new DynamoDBClient({ ...config(), ...overrides }).send(
      new DescribeTableCommand({ TableName: 'sessions' }),
    );
  const { accessKeyId, secretAccessKey } = access.admin;
  await expect(send({ credentials: { accessKeyId, secretAccessKey: 'wrong' } })).rejects.toMatchObject({
    name: 'InvalidSignatureException',
  });
  await expect(send({ credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey } })).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  });
  await expect(send({ region: 'eu-west-1' })).rejects.toThrow();
  expect(seen).toHaveLength(before);
});

test('refuses a body other than the one that was signed', async () => {
  const client = new DynamoDBClient(config());
  client.middlewareStack.add(
    (next) => async (args) => {
      Object.assign(Object(args.request), { body: '{"TableName":"sesslons"}' });
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  const sent = client.send(new DescribeTableCommand({ TableName: 'sessions' }));
  await expect(sent).rejects.toMatchObject({ name: 'InvalidSignatureException' });
});

test('refuses a request without a signature, and one that names no known service', async () => {
  const post = (target: string) =>
    fetch(endpoint.url, { method: 'POST', headers: { 'x-amz-target': target }, body: '{}' });
  const unsigned = await post('DynamoDB_20120810.Query');
  expect(unsigned.status).toBe(400);
  expect(await unsigned.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
  const unknown = await post('AmazonSQS.SendMessage');
  expect(await unknown.json()).toMatchObject({ __type: 'UnknownOperationException' });
});
