import { copy, hash, inspect, now, settings, sessionStore as store } from '../../runtime/clients.ts';
import { runTask } from '../../runtime/run-task.ts';
import { inspectFile } from './inspect-file.ts';
import { state } from './state.ts';

export const handler = runTask(state, inspectFile, { store, inspect, hash, copy, settings, now });
