import { now, provider, settings, sessionsOfHere as store } from '../../runtime/clients.ts';
import { runTask } from '../../runtime/run-task.ts';
import { compareLists } from './compare-lists.ts';
import { state } from './state.ts';

export const handler = runTask(state, compareLists, { store, provider, settings, now });
