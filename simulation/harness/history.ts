import type { StepFunctions } from '../../packages/local-aws/step-functions.ts';

/** An execution according to its history. */
export interface ExecutionFact {
  readonly name: string;
  readonly status: string;
  /** Seconds of the clock; NaN while it runs. */
  readonly seconds: number;
  readonly events: number;
}

/** Reads the histories of a machine's executions; one that has ended is read once. */
export function createHistories(machineArn: string) {
  const ended = new Map<string, ExecutionFact>();
  const look = async (service: StepFunctions, execution: unknown): Promise<ExecutionFact> => {
    const { name, status, startDate, stopDate, executionArn } = Object(execution);
    const known = ended.get(executionArn);
    if (known) return known;
    const asked = { executionArn, reverseOrder: true, maxResults: 1 };
    const { events } = await service.handler('GetExecutionHistory', asked, { accessKeyId: 'rig' });
    const last = Array.isArray(events) ? events[0]?.id : 0;
    const fact = { name, status, seconds: Number(stopDate) - Number(startDate), events: Number(last) };
    if (status !== 'RUNNING') ended.set(executionArn, fact);
    return fact;
  };
  return async (service: StepFunctions): Promise<ExecutionFact[]> => {
    const asked = { stateMachineArn: machineArn, maxResults: 1000 };
    const { executions } = await service.handler('ListExecutions', asked, { accessKeyId: 'rig' });
    const all: unknown[] = Array.isArray(executions) ? executions : [];
    return Promise.all(all.map((execution) => look(service, execution)));
  };
}
