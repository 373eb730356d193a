import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Executions } from '../domain/executions.ts';
import { toChirpsmithError } from '../shared/aws-errors.ts';
import type { SessionKind } from '../shared/state-contracts.ts';

const isoOf = (moment = new Date()) => moment.toISOString();

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
