import type { Config } from '../../infra/config.ts';
import type { Next } from '../next.ts';
import type { Deployment } from './prepare-deployment.ts';

/** Concurrent executions that Lambda keeps free of reservations (Lambda developer guide, "Reserved concurrency"). */
const keptFree = 100;

/** Service Quotas' code of Lambda's "Concurrent executions". */
const concurrencyQuota = 'L-B99A9384';

/**
 * Why the functions' reservations do not fit into the account; undefined where they do.
 * @param account.limit functions that may run at once
 * @param account.available how many of them the stage may reserve, but for those that Lambda keeps free
 */
export function concurrencyProblem(
  { reservedConcurrency }: Pick<Config, 'reservedConcurrency'>,
  { limit, available }: { limit: number; available: number },
): string | undefined {
  const wanted = Object.values(reservedConcurrency).reduce((sum, each) => sum + each, 0);
  if (wanted === 0 || available - wanted >= keptFree) return undefined;
  return (
    `The account may run ${limit} functions at once, ${available} of them not reserved by others. The stage reserves ` +
    `${wanted}, and Lambda keeps ${keptFree} free of reservations.`
  );
}

export const concurrencyAdvice = (stage: string, region: string): Next[] => [
  {
    words: 'Reserve nothing: the functions then share what the account has.',
    command: `npx chirpsmith deploy --stage ${stage} -c reservedConcurrency=none`,
  },
  {
    words: 'Or ask AWS for a higher quota, which takes hours to days:',
    command: `aws service-quotas request-service-quota-increase --region ${region} --service-code lambda --quota-code ${concurrencyQuota} --desired-value 1000`,
  },
];

/** What keeps a stack from being deployed in its present status; undefined where nothing does. */
export function stackProblem(
  stack: string,
  status: string | undefined,
  region: string,
): { problem: string; next: Next[] } | undefined {
  if (status === undefined) return undefined;
  if (status.endsWith('_IN_PROGRESS')) {
    const wait = status.startsWith('DELETE') ? 'delete' : status.startsWith('CREATE') ? 'create' : 'update';
    return {
      problem: `CloudFormation still works on ${stack} (${status}).`,
      next: [
        {
          words: 'Wait until it is done, then deploy again:',
          command: `aws cloudformation wait stack-${wait}-complete --region ${region} --stack-name ${stack}`,
        },
      ],
    };
  }
  if (status === 'ROLLBACK_COMPLETE' || status === 'ROLLBACK_FAILED' || status === 'DELETE_FAILED') {
    return {
      problem: `The first deployment of ${stack} failed, and its remains cannot be updated (${status}).`,
      next: [
        {
          words:
            'Delete the remains, then deploy again. Audio, records and secrets that were kept stay where they are:',
          command: `aws cloudformation delete-stack --region ${region} --stack-name ${stack}`,
        },
      ],
    };
  }
  if (status === 'UPDATE_ROLLBACK_FAILED') {
    return {
      problem: `${stack} could be neither updated nor rolled back (${status}).`,
      next: [
        {
          words: 'Finish the rollback, then deploy again:',
          command: `aws cloudformation continue-update-rollback --region ${region} --stack-name ${stack}`,
        },
      ],
    };
  }
  return undefined;
}

export const bootstrapAdvice = (account: string, region: string): Next => ({
  words: 'An account and region that the CDK has not been used in must be prepared once:',
  command: `npx cdk bootstrap aws://${account}/${region}`,
});

/** What CloudFormation's reason for a failure means for a person who deploys: the first row that fits. */
const reasons: readonly { readonly pattern: RegExp; readonly advice: (of: Deployment) => Next[] }[] = [
  {
    pattern: /UnreservedConcurrentExecution|ConcurrentExecutions/,
    advice: ({ stage, region }) => concurrencyAdvice(stage, region),
  },
  {
    pattern: /not authorized to perform|AccessDenied|is not allowed/i,
    advice: ({ account, region }) => [
      {
        words:
          "The role that CloudFormation works with lacks this permission. CDK's own bootstrap gives it all that is needed:",
        command: `npx cdk bootstrap aws://${account}/${region}`,
      },
    ],
  },
  {
    pattern: /scheduled for deletion/i,
    advice: ({ stage, region }) => [
      {
        words: 'A deleted secret keeps its name for days. Bring it back, then deploy again:',
        command: `aws secretsmanager restore-secret --region ${region} --secret-id chirpsmith/${stage}/provider-key`,
      },
    ],
  },
  {
    pattern: /already exists/i,
    advice: () => [
      {
        words:
          'Something of this name was made before, by hand or by a stack that is gone. Delete it, or choose another --stage, and deploy again.',
      },
    ],
  },
  {
    pattern: /60 seconds|QueueDeletedRecently|being deleted|StateMachineDeleting/i,
    advice: () => [
      { words: 'AWS still deletes what an earlier stage left. Wait two minutes, and deploy again.' },
    ],
  },
  {
    pattern: /HandlerErrorCode: NotFound|does not exist|was not found|cannot find/i,
    advice: ({ region, service }) => [
      {
        words:
          'The stack has drifted: something that it made was changed or deleted by hand. Find out what, and make it again by hand or delete the service stack and deploy:',
        command: `aws cloudformation detect-stack-drift --region ${region} --stack-name ${service}`,
      },
    ],
  },
  {
    pattern: /limit exceeded|LimitExceeded|quota|too many/i,
    advice: ({ region }) => [
      {
        words:
          'A quota of the account is used up; the reason above names it. Its value and the way to raise it:',
        command: `aws service-quotas list-services --region ${region}`,
      },
    ],
  },
];

/** Advice that fits the reasons CloudFormation gave; undefined where none is known. */
export function adviceFor(failures: readonly string[], deployment: Deployment): Next[] | undefined {
  for (const failure of failures) {
    const found = reasons.find(({ pattern }) => pattern.test(failure));
    if (found) return found.advice(deployment);
  }
  return undefined;
}
