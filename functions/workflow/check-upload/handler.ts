import { now, provider, settings, sessionsOfHere as store } from '../../runtime/clients.ts';
import { runTask } from '../../runtime/run-task.ts';
import { checkUpload } from './check-upload.ts';
import { state } from './state.ts';

export const handler = runTask(state, checkUpload, { store, provider, settings, now });
