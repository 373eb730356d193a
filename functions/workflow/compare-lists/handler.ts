import { now, settings } from '../../runtime/clients/base.ts';
import { provider } from '../../runtime/clients/provider.ts';
import { sessionsOfHere as store } from '../../runtime/clients/records.ts';
import { runTask } from '../../runtime/run-task.ts';
import { compareLists } from './compare-lists.ts';
import { state } from './state.ts';

export const handler = runTask(state, compareLists, { store, provider, settings, now });
