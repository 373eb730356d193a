import { SFNClient } from '@aws-sdk/client-sfn';
import { environment } from '../../shared/environment.ts';
import { createExecutions } from '../../storage/executions.ts';
import { once } from './once.ts';

/** The variable that names each kind's machine. */
const machines = {
  train: 'STATE_MACHINE_ARN',
  batch: 'BATCH_MACHINE_ARN',
  music: 'MUSIC_MACHINE_ARN',
} as const;

export const executions = /* @__PURE__ */ once(() =>
  createExecutions({ client: new SFNClient(), machineArn: (kind) => environment(machines[kind]) }),
);
