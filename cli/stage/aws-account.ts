import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeStateMachineCommand, SFNClient, StateMachineDoesNotExist } from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { foreignAnswer, foreignWords, networkCode, ownEndpoint } from '../../functions/shared/aws-answer.ts';
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
    const { Account = '', Arn = '' } = await named(
      'STS',
      region,
      client.send(new GetCallerIdentityCommand({})),
    );
    return { account: Account, arn: Arn };
  },

  async concurrency(region) {
    const { AccountLimit } = await named(
      'LAMBDA',
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
      return named('CLOUDFORMATION', region, Promise.reject(error));
    }
  },

  async machineStatus(region, arn) {
    const command = new DescribeStateMachineCommand({ stateMachineArn: arn });
    try {
      return (await new SFNClient({ region }).send(command)).status;
    } catch (error) {
      if (error instanceof StateMachineDoesNotExist) return undefined;
      return named('SFN', region, Promise.reject(error));
    }
  },

  putPage: (region, bucket, files) => named('S3', region, putPage(region, bucket, files)),
  deletePage: (region, bucket) => named('S3', region, deletePage(region, bucket)),

  async failures(region, stack) {
    const command = new DescribeStackEventsCommand({ StackName: stack });
    const { StackEvents = [] } = await named(
      'CLOUDFORMATION',
      region,
      new CloudFormationClient({ region }).send(command),
    );
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

async function named<T>(
  service: Parameters<typeof ownEndpoint>[0],
  region: string,
  answer: Promise<T>,
): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw inWords(error, region, ownEndpoint(service, process.env));
  }
}

/** @param own where the service is, if a variable leads elsewhere than to AWS */
function inWords(error: unknown, region: string, own: ReturnType<typeof ownEndpoint>): ChirpsmithError {
  const place = own?.host ?? `AWS in ${region}`;
  const foreign = foreignAnswer(error);
  const { name, message } = error instanceof Error ? error : { name: 'unknown', message: '' };
  if (foreign) {
    const advice = own
      ? `${own.setting} names that host: correct or unset it.`
      : 'Something on the way answers in its place: a proxy or a firewall.';
    const words = `${place} answered ${foreignWords(foreign)}. That is no answer of AWS. ${advice}`;
    return new ChirpsmithError('StorageUnavailable', words, { cause: error });
  }
  if (expired.test(name)) {
    const words = `AWS refuses the credentials (${name}): sign in again, or set AWS_PROFILE to another profile.`;
    return new ChirpsmithError('AccessDenied', words, { cause: error });
  }
  if (/AccessDenied|Unauthorized|NotAuthorized/.test(name)) {
    return new ChirpsmithError('AccessDenied', `These credentials may not do this: ${message}`, {
      cause: error,
    });
  }
  const advice = own
    ? `${own.setting} names that host: is it right?`
    : 'Is there a network, and is the region enabled for the account?';
  const words = `${place} gives no usable answer (${networkCode(error) ?? name}). ${advice}`;
  return new ChirpsmithError('StorageUnavailable', words, { cause: error });
}
