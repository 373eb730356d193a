import { createServer, type Server } from 'node:http';
import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeStateMachineCommand, SFNClient, StateMachineDoesNotExist } from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { awsAccount } from '../../../cli/stage/aws-account.ts';
import { listenOnLoopback } from '../../../packages/local-servers/loopback.ts';

const sts = mockClient(STSClient);
const lambda = mockClient(LambdaClient);
const stepFunctions = mockClient(SFNClient);
const cloudFormation = mockClient(CloudFormationClient);
const region = 'eu-central-1';
const named = (name: string, message = '') => Object.assign(new Error(message), { name });

// Test files share a process.
afterAll(() => {
  for (const mock of [sts, lambda, stepFunctions, cloudFormation]) mock.restore();
});

beforeEach(() => {
  for (const client of [sts, lambda, stepFunctions, cloudFormation]) client.reset();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});
afterEach(() => vi.unstubAllEnvs());

describe('the account of the shell', () => {
  it('is named by STS', async () => {
    sts
      .on(GetCallerIdentityCommand)
      .resolves({ Account: '111122223333', Arn: 'arn:aws:iam::111122223333:user/op' });
    expect(await awsAccount.identity(region)).toEqual({
      account: '111122223333',
      arn: 'arn:aws:iam::111122223333:user/op',
    });
  });

  it.each(['ExpiredToken', 'InvalidClientTokenId', 'SignatureDoesNotMatch'])(
    'is asked to sign in again when AWS says %s',
    async (name) => {
      sts.on(GetCallerIdentityCommand).rejects(named(name));
      await expect(awsAccount.identity(region)).rejects.toThrow(
        `AWS refuses the credentials (${name}): sign in again`,
      );
    },
  );

  it('has a number of functions at once', async () => {
    const AccountLimit = { ConcurrentExecutions: 10, UnreservedConcurrentExecutions: 10 };
    lambda.on(GetAccountSettingsCommand).resolves({ AccountLimit });
    expect(await awsAccount.concurrency(region)).toEqual({ limit: 10, unreserved: 10 });
  });

  it('has a machine in a status, or none of that name', async () => {
    stepFunctions
      .on(DescribeStateMachineCommand)
      .resolvesOnce({ status: 'DELETING' })
      .rejects(new StateMachineDoesNotExist({ message: 'gone', $metadata: {} }));
    const arn = 'arn:aws:states:eu-central-1:111122223333:stateMachine:chirpsmith-prod-train-model';
    expect(await awsAccount.machineStatus(region, arn)).toBe('DELETING');
    expect(await awsAccount.machineStatus(region, arn)).toBeUndefined();
  });

  it('may forbid the question, and says which', async () => {
    lambda
      .on(GetAccountSettingsCommand)
      .rejects(named('AccessDeniedException', 'not authorized: lambda:Get…'));
    await expect(awsAccount.concurrency(region)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('lambda:Get…'),
    });
  });

  it('gives no answer where a region is not enabled, and says so', async () => {
    lambda.on(GetAccountSettingsCommand).rejects(named('TimeoutError'));
    await expect(awsAccount.concurrency('af-south-1')).rejects.toThrow(
      /AWS in af-south-1 .*is the region enabled/,
    );
  });
});

describe('a stack', () => {
  it('has a status, or does not exist', async () => {
    const stack = { StackName: 's', CreationTime: new Date(0), StackStatus: 'UPDATE_COMPLETE' as const };
    cloudFormation.on(DescribeStacksCommand).resolvesOnce({ Stacks: [stack] });
    cloudFormation
      .on(DescribeStacksCommand, { StackName: 'none' })
      .rejects(named('ValidationError', 'Stack with id none does not exist'));
    expect(await awsAccount.stackStatus(region, 's')).toBe('UPDATE_COMPLETE');
    expect(await awsAccount.stackStatus(region, 'none')).toBeUndefined();
  });

  it('reports the failures of its latest deployment only', async () => {
    const about = { StackId: 'arn:s', EventId: 'e', StackName: 's', Timestamp: new Date(0) };
    const of = (
      LogicalResourceId: string,
      ResourceStatus: 'CREATE_FAILED' | 'UPDATE_FAILED',
      reason: string,
    ) => ({
      ...about,
      ResourceType: 'AWS::Lambda::Function',
      LogicalResourceId,
      PhysicalResourceId: LogicalResourceId,
      ResourceStatus,
      ResourceStatusReason: reason,
    });
    cloudFormation.on(DescribeStackEventsCommand).resolves({
      StackEvents: [
        of('New', 'UPDATE_FAILED', 'no room'),
        { ...about, PhysicalResourceId: 'arn:s', ResourceStatus: 'UPDATE_IN_PROGRESS' },
        of('Old', 'CREATE_FAILED', 'long ago'),
      ],
    });
    expect(await awsAccount.failures(region, 's')).toEqual(['AWS::Lambda::Function New: no room']);
  });
});

describe('a server that is not AWS', () => {
  const page = '<!DOCTYPE html>\n<p>Welcome <br> here</p>';
  let server: Server;
  let url: string;
  beforeEach(async () => {
    for (const mock of [sts, lambda, cloudFormation]) mock.restore();
    server = createServer((request, response) => {
      request.resume();
      response.writeHead(404, { 'content-type': 'text/html' }).end(page);
    });
    ({ url } = await listenOnLoopback(server, 0));
  });
  afterEach(() => void server.close());

  it.each<[string, string, () => Promise<unknown>]>([
    ['AWS_ENDPOINT_URL_STS', 'STS', () => awsAccount.identity(region)],
    ['AWS_ENDPOINT_URL', 'all', () => awsAccount.identity(region)],
    ['AWS_ENDPOINT_URL_LAMBDA', 'Lambda', () => awsAccount.concurrency(region)],
    ['AWS_ENDPOINT_URL_CLOUDFORMATION', 'CloudFormation', () => awsAccount.stackStatus(region, 's')],
    ['AWS_ENDPOINT_URL_S3', 'S3', () => awsAccount.deletePage(region, 'bucket')],
  ])(
    'is named with what it answered and with the variable that leads there: %s',
    async (variable, _, ask) => {
      vi.stubEnv(variable, url);
      const host = new URL(url).host;
      const error = await ask().catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        name: 'StorageUnavailable',
        summary: expect.stringMatching(
          new RegExp(
            `^${host} answered HTTP 404 \\(text/html\\)(: "<!DOCTYPE html>")?\\. That is no answer of AWS\\. ${variable} names that host: correct or unset it\\.$`,
          ),
        ),
      });
    },
  );
});
