import { now, random, settings } from '../../runtime/clients/base.ts';
import { provider } from '../../runtime/clients/provider.ts';
import { sessionsOfHere as store } from '../../runtime/clients/sessions.ts';
import { runTask } from '../../runtime/run-task.ts';
import { createModel } from './create-model.ts';
import { state } from './state.ts';

export const handler = runTask(state, createModel, { store, provider, settings, now, random });
