import path from 'node:path';
import type { Clock } from '../local-servers/clock.ts';
import type { Assembly } from './assembly.ts';
import type { ServiceHandler } from './aws-endpoint.ts';
import type { Access } from './iam.ts';
import type { Lambda } from './lambda.ts';
import {
  interruption,
  markInterrupted,
  type RunningExecution,
  startExecution,
} from './step-functions/execution.ts';
import { type ExecutionRecord, openExecutionStore } from './step-functions/execution-store.ts';
import type { HistoryEvent } from './step-functions/history.ts';
import { createOperations, type Executions } from './step-functions/operations.ts';
import { parseDefinition } from './step-functions/parse-definition.ts';

export interface StepFunctionsOptions {
  readonly assembly: Pick<Assembly, 'machines'>;
  readonly access: Pick<Access, 'check' | 'checkRole'>;
  readonly lambda: Pick<Lambda, 'invoke'>;
  readonly clock: Clock;
  /** Where executions are kept. */
  readonly directory: string;
  /** A line on an execution that started or ended. */
  log(line: string): void;
  /** For jitter. */
  random?(): number;
  /** Called for every event of every history. */
  onEvent?(event: HistoryEvent): void;
}

export interface StepFunctions {
  readonly handler: ServiceHandler;
  /** Executions that run now. */
  running(): number;
  /** Marks what still runs as interrupted. */
  close(): Promise<void>;
}

/**
 * Step Functions with the machines of the template. Executions survive the process, but cannot be continued
 * by another: those that ran when it was killed are ABORTED.
 * @throws Error when a machine uses what the local runtime does not know
 */
export async function createStepFunctions({
  assembly,
  access,
  lambda,
  clock,
  directory,
  log,
  random = Math.random,
  onEvent = () => {},
}: StepFunctionsOptions): Promise<StepFunctions> {
  const machines = new Map(
    assembly.machines.map((machine) => [
      machine.arn,
      { machine, definition: parseDefinition(machine.name, machine.definition) },
    ]),
  );
  const store = openExecutionStore(path.join(directory, 'executions'));
  const records = new Map(store.records.map((record) => [record.executionArn, record]));
  const running = new Map<string, RunningExecution>();
  let sequence = Math.max(0, ...store.records.map((record) => record.sequence));
  for (const record of store.records) {
    if (record.status !== 'RUNNING') continue;
    markInterrupted(record, store, clock.now());
    log(`execution ${record.name}: ${interruption.cause}`);
  }

  const executions: Executions = {
    machine: (arn) => machines.get(arn),
    find: (executionArn) => records.get(executionArn),
    of: (machineArn) =>
      [...records.values()]
        .filter((record) => record.stateMachineArn === machineArn)
        .sort((a, b) => b.sequence - a.sequence),
    start(compiled, name, executionArn, input) {
      const record: ExecutionRecord = {
        sequence: ++sequence,
        executionArn,
        stateMachineArn: compiled.machine.arn,
        name,
        status: 'RUNNING',
        startDate: Math.round(clock.now()),
        input,
      };
      records.set(executionArn, record);
      const onEnd = ({ status, error }: ExecutionRecord) => {
        running.delete(executionArn);
        log(`execution ${name}: ${status}${error === undefined ? '' : ` (${error})`}`);
      };
      log(`execution ${name}: started`);
      running.set(
        executionArn,
        startExecution(compiled, record, {
          clock,
          lambda,
          store,
          onEnd,
          random,
          authorize: access.checkRole,
          log,
          onEvent,
        }),
      );
      return record;
    },
    running: (executionArn) => running.get(executionArn),
    history: (record) => running.get(record.executionArn)?.history.events ?? store.history(record),
  };

  return {
    handler: createOperations(executions, access),
    running: () => running.size,
    async close() {
      for (const execution of [...running.values()]) execution.stop(interruption.error, interruption.cause);
      store.close();
    },
  };
}
