import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { toChirpsmithError } from '../shared/aws-errors.ts';
import type { SessionKind } from '../shared/state-contracts.ts';

/** The executions of the machines, one for each kind of session. Methods throw `StorageUnavailable`, `AccessDenied` or `Unexpected`. */
export interface Executions {
  /** The ARN that an execution of this name has, started or not. */
  arnOf(name: string, kind: SessionKind): string;
  /**
   * Starts an execution; one that was started under this name before is left as it is.
   * @returns when it was started with this input, ISO; undefined where the other one has another input, or has ended
   */
  start(name: string, input: object, kind: SessionKind): Promise<string | undefined>;
  /** Stops it; one that has ended, or does not exist, is left as it is. */
  stop(executionArn: string): Promise<void>;
  /** `unknown`: there is none of this ARN (yet). */
  executionStatus(executionArn: string): Promise<'running' | 'ended' | 'unknown'>;
  /** What it was started with, and when, ISO; undefined: there is none of this ARN (yet). */
  startOf(executionArn: string): Promise<{ input: unknown; startedAt: string } | undefined>;
}

const isoOf = (moment = new Date()) => moment.toISOString();

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
        const start = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
        return isoOf((await client.send(start)).startDate);
      } catch (error) {
        if (error instanceof ExecutionAlreadyExists) return undefined;
        throw toChirpsmithError(error);
      }
    },

    async stop(executionArn) {
      try {
        await client.send(
          new StopExecutionCommand({ executionArn, error: 'Cancelled', cause: 'by its owner' }),
        );
      } catch (error) {
        if (!(error instanceof ExecutionDoesNotExist)) throw toChirpsmithError(error);
      }
    },

    async executionStatus(executionArn) {
      try {
        const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
        return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'running' : 'ended';
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return 'unknown';
        throw toChirpsmithError(error);
      }
    },

    async startOf(executionArn) {
      try {
        const { input = '{}', startDate } = await client.send(new DescribeExecutionCommand({ executionArn }));
        return { input: JSON.parse(input), startedAt: isoOf(startDate) };
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return undefined;
        throw toChirpsmithError(error);
      }
    },
  };
}
