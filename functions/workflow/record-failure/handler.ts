import { now } from '../../runtime/clients/base.ts';
import { sessionStore as store } from '../../runtime/clients/sessions.ts';
import { runTask } from '../../runtime/run-task.ts';
import { recordFailure } from './record-failure.ts';
import { state } from './state.ts';

export const handler = runTask(state, recordFailure, { store, now });
