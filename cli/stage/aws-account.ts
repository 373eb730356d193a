import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeStateMachineCommand, SFNClient, StateMachineDoesNotExist } from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { ChirpsmithError } from '../../functions/shared/errors.ts';
import type { PageFile } from '../../web/build/page-files.ts';
import { deletePage, putPage } from './page-bucket.ts';

/** Whose credentials these are. */
export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
}

/** What a deployment asks of the account before and after CDK works on it. */
export interface AwsAccount {
  /** @returns nothing where the shell has no credentials */
  identity(region: string): Promise<CallerIdentity | undefined>;
  /** Functions that may run at once in the account and region, and how many of them no function has reserved. */
  concurrency(region: string): Promise<{ readonly limit: number; readonly unreserved: number }>;
  /** @returns CloudFormation's status of a stack, like `UPDATE_COMPLETE`; nothing where there is none */
  stackStatus(region: string, stack: string): Promise<string | undefined>;
  /** @returns Step Functions' status of a machine, `ACTIVE` or `DELETING`; nothing where there is none */
  machineStatus(region: string, arn: string): Promise<string | undefined>;
  /** Resources that failed in the latest deployment of a stack, newest first: type, logical id and the reason. */
  failures(region: string, stack: string): Promise<readonly string[]>;
  /** Puts the files of the page into its bucket. */
  putPage(region: string, bucket: string, files: ReadonlyMap<string, PageFile>): Promise<void>;
  /** Deletes the page's bucket with all that is in it. */
  deletePage(region: string, bucket: string): Promise<void>;
}

/**
 * The account of the shell's credentials, as the SDK finds them: variables, profiles, single sign-on, a role.
 * All methods throw ChirpsmithError `StorageUnavailable` when AWS gives no answer, and `AccessDenied` when it refuses.
 */
export const awsAccount: AwsAccount = {
  async identity(region) {
    const client = new STSClient({ region });
    try {
      await client.config.credentials();
    } catch {
      return undefined;
    }
    const { Account = '', Arn = '' } = await named(region, client.send(new GetCallerIdentityCommand({})));
    return { account: Account, arn: Arn };
  },

  async concurrency(region) {
    const { AccountLimit } = await named(
      region,
      new LambdaClient({ region }).send(new GetAccountSettingsCommand({})),
    );
    const { ConcurrentExecutions = 0, UnreservedConcurrentExecutions = 0 } = AccountLimit ?? {};
    return { limit: ConcurrentExecutions, unreserved: UnreservedConcurrentExecutions };
  },

  async stackStatus(region, stack) {
    const command = new DescribeStacksCommand({ StackName: stack });
    try {
      const { Stacks = [] } = await new CloudFormationClient({ region }).send(command);
      return Stacks[0]?.StackStatus;
    } catch (error) {
      // "Stack with id … does not exist": CloudFormation has no error name of its own for it.
      if (error instanceof Error && error.name === 'ValidationError') return undefined;
      return named(region, Promise.reject(error));
    }
  },

  async machineStatus(region, arn) {
    const command = new DescribeStateMachineCommand({ stateMachineArn: arn });
    try {
      return (await new SFNClient({ region }).send(command)).status;
    } catch (error) {
      if (error instanceof StateMachineDoesNotExist) return undefined;
      return named(region, Promise.reject(error));
    }
  },

  putPage: (region, bucket, files) => named(region, putPage(region, bucket, files)),
  deletePage: (region, bucket) => named(region, deletePage(region, bucket)),

  async failures(region, stack) {
    const command = new DescribeStackEventsCommand({ StackName: stack });
    const { StackEvents = [] } = await named(region, new CloudFormationClient({ region }).send(command));
    const begins = StackEvents.findIndex(
      ({ PhysicalResourceId, StackId, ResourceStatus = '' }) =>
        PhysicalResourceId === StackId && /^(CREATE|UPDATE)_IN_PROGRESS$/.test(ResourceStatus),
    );
    const latest = begins < 0 ? StackEvents : StackEvents.slice(0, begins);
    const failed = latest.filter(({ ResourceStatus = '' }) => ResourceStatus.endsWith('_FAILED'));
    return failed.map(
      ({ ResourceType = '', LogicalResourceId = '', ResourceStatusReason = 'no reason given' }) =>
        `${ResourceType} ${LogicalResourceId}: ${ResourceStatusReason}`,
    );
  },
};

const expired =
  /^(ExpiredToken|ExpiredTokenException|TokenRefreshRequired|RequestExpired|InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch)$/;

async function named<T>(region: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown';
    if (expired.test(name)) {
      const words = `AWS refuses the credentials (${name}): sign in again, or set AWS_PROFILE to another profile.`;
      throw new ChirpsmithError('AccessDenied', words, { cause: error });
    }
    if (/AccessDenied|Unauthorized|NotAuthorized/.test(name)) {
      const said = error instanceof Error ? error.message : '';
      throw new ChirpsmithError('AccessDenied', `These credentials may not do this: ${said}`, {
        cause: error,
      });
    }
    const words = `AWS in ${region} gives no usable answer (${name}): is there a network, and is the region enabled for the account?`;
    throw new ChirpsmithError('StorageUnavailable', words, { cause: error });
  }
}
