import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { nameError } from '../shared/aws-errors.ts';
import type { SessionKind } from '../shared/states.ts';

/** The executions of the machines, one for each kind of session. Methods throw `StorageUnavailable`, `AccessDenied` or `Unexpected`. */
export interface Executions {
  /** The ARN that an execution of this name has, started or not. */
  arnOf(name: string, kind: SessionKind): string;
  /** Starts an execution; one that was started under this name before is left as it is. */
  start(name: string, input: object, kind: SessionKind): Promise<void>;
  /** Stops it; one that has ended, or does not exist, is left as it is. */
  stop(executionArn: string): Promise<void>;
  /** `unknown`: there is none of this ARN (yet). */
  standing(executionArn: string): Promise<'running' | 'ended' | 'unknown'>;
}

/** The name of an execution, by its ARN. */
export const executionName = (arn: string): string => arn.split(':').at(-1) ?? arn;

export function createExecutions({
  client,
  machineArn,
}: {
  client: SFNClient;
  machineArn: (kind: SessionKind) => string;
}): Executions {
  return {
    arnOf: (name, kind) => `${machineArn(kind).replace(':stateMachine:', ':execution:')}:${name}`,

    async start(name, input, kind) {
      const stateMachineArn = machineArn(kind);
      try {
        await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
      } catch (error) {
        if (!(error instanceof ExecutionAlreadyExists)) throw nameError(error);
      }
    },

    async stop(executionArn) {
      try {
        await client.send(
          new StopExecutionCommand({ executionArn, error: 'Cancelled', cause: 'by its owner' }),
        );
      } catch (error) {
        if (!(error instanceof ExecutionDoesNotExist)) throw nameError(error);
      }
    },

    async standing(executionArn) {
      try {
        const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
        return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'running' : 'ended';
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return 'unknown';
        throw nameError(error);
      }
    },
  };
}
