import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { AwsError } from '../../packages/local-aws/aws-error.ts';
import type { StepFunctions } from '../../packages/local-aws/step-functions.ts';

const exceptions: Readonly<Record<string, typeof ExecutionAlreadyExists | typeof ExecutionDoesNotExist>> = {
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
};

/** The client that the functions have of Step Functions, with the adapter right behind it. */
export function clientOf(
  service: () => StepFunctions,
  step: <T>(operation: string, make: () => Promise<T>) => Promise<T>,
): SFNClient {
  const send = (command: unknown) => {
    const operation = operationOf(command);
    const { input } = Object(command);
    return step(operation, async () => {
      try {
        const answer = await service().handler(operation, { ...input }, { accessKeyId: 'rig' });
        // Seconds on the wire, a Date from the SDK.
        const { startDate } = answer;
        return typeof startDate === 'number' ? { ...answer, startDate: new Date(startDate * 1000) } : answer;
      } catch (error) {
        const known = error instanceof AwsError ? exceptions[error.code] : undefined;
        if (error instanceof AwsError && known) throw new known({ message: error.message, $metadata: {} });
        throw error;
      }
    });
  };
  const client: SFNClient = Object.assign(Object.create(null), { send });
  return client;
}

function operationOf(command: unknown): string {
  if (command instanceof StartExecutionCommand) return 'StartExecution';
  if (command instanceof DescribeExecutionCommand) return 'DescribeExecution';
  if (command instanceof StopExecutionCommand) return 'StopExecution';
  throw new Error('The rig does not know this operation of Step Functions.');
}
