import { now, providerOf, settings, sessionsOfHere as store } from '../../runtime/clients.ts';
import { runTask } from '../../runtime/run-task.ts';
import { checkMusic } from './check-music.ts';
import { state } from './state.ts';

export const handler = runTask(state, checkMusic, { store, providerOf: () => providerOf, settings, now });
