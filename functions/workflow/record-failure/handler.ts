import { now, sessionStore as store } from '../../runtime/clients.ts';
import { runTask } from '../../runtime/run-task.ts';
import { recordFailure } from './record-failure.ts';
import { state } from './state.ts';

export const handler = runTask(state, recordFailure, { store, now });
