import { now, settings } from '../../runtime/clients/base.ts';
import { providerOf } from '../../runtime/clients/provider.ts';
import { sessionsOfHere as store } from '../../runtime/clients/sessions.ts';
import { runTask } from '../../runtime/run-task.ts';
import { checkMusic } from './check-music.ts';
import { state } from './state.ts';

export const handler = runTask(state, checkMusic, { store, providerOf: () => providerOf, settings, now });
