import type { StateMachine, StateMachineDefinition } from 'aws-local-stepfunctions';

/** What a state takes and gives. */
export type Json = Parameters<StateMachine['run']>[0];

/** `aws-local-stepfunctions`, without its checks: the definition has been checked and rewritten for it. */
export interface Engine {
  create(definition: unknown): Pick<StateMachine, 'run'>;
}

let engine: Promise<Engine> | undefined;

/** Loads the engine once; it takes a third of a second, so not before the first execution needs it. */
export function loadEngine(): Promise<Engine> {
  engine ??= import('aws-local-stepfunctions').then(
    ({ StateMachine }): Engine => ({
      create: (definition: StateMachineDefinition) =>
        new StateMachine(definition, { validationOptions: { noValidate: true } }),
    }),
  );
  return engine;
}
