import {
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAwsEndpoint } from '../../../packages/local-aws/aws-endpoint.ts';
import { createAccess } from '../../../packages/local-aws/iam.ts';
import { createSecretsManager } from '../../../packages/local-aws/secrets-manager.ts';
import { first, smallAssembly } from './assembly-fixture.ts';

const assembly = smallAssembly();
const access = createAccess(assembly);
const values: Record<string, string> = { 'provider-key': 'sk-1' };
const noService = async () => ({});

let endpoint: Awaited<ReturnType<typeof startAwsEndpoint>>;
beforeAll(async () => {
  const { handler } = createSecretsManager({ secrets: assembly.secrets, values, access });
  endpoint = await startAwsEndpoint({
    port: 0,
    region: assembly.region,
    access,
    services: { dynamodb: noService, secretsmanager: handler, states: noService },
  });
});
afterAll(() => endpoint.close());

const clientOf = (credentials: typeof access.admin) =>
  new SecretsManagerClient({
    endpoint: endpoint.url,
    region: assembly.region,
    credentials,
    maxAttempts: 1,
  });
const read = (roleArn: string, SecretId: string) =>
  clientOf(access.credentialsFor(roleArn)).send(new GetSecretValueCommand({ SecretId }));
const work = first(assembly.functions).roleArn;

test('gives the value by ARN and by name, and a changed one at once', async () => {
  const { arn } = first(assembly.secrets);
  expect(await read(work, arn)).toMatchObject({ ARN: arn, Name: 'provider-key', SecretString: 'sk-1' });
  values['provider-key'] = 'sk-2';
  expect(await read(work, 'provider-key')).toMatchObject({ SecretString: 'sk-2' });
});

test('takes a new value from a person, and from no function', async () => {
  const put = new PutSecretValueCommand({ SecretId: 'provider-key', SecretString: 'sk-3' });
  await clientOf(access.admin).send(put);
  expect(await read(work, 'provider-key')).toMatchObject({ SecretString: 'sk-3' });
  await expect(clientOf(access.credentialsFor(work)).send(put)).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
});

test('refuses a role without the grant, in a message without the value', async () => {
  const refused = read(first(assembly.machines).roleArn, 'provider-key');
  await expect(refused).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('(granted in infra/, machine train)'),
  });
  await expect(refused).rejects.not.toThrow(values['provider-key']);
});

test('names what it does not know', async () => {
  const admin = clientOf(access.admin);
  await expect(admin.send(new GetSecretValueCommand({ SecretId: 'other' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  await expect(
    admin.send(new GetSecretValueCommand({ SecretId: 'provider-key', VersionStage: 'AWSPREVIOUS' })),
  ).rejects.toThrow('VersionStage is not known');
  await expect(admin.send(new ListSecretsCommand({}))).rejects.toThrow('ListSecrets is not known');
});
