import { now, provider, random, settings, sessionsOfHere as store } from '../../runtime/clients.ts';
import { runTask } from '../../runtime/run-task.ts';
import { createModel } from './create-model.ts';
import { state } from './state.ts';

export const handler = runTask(state, createModel, { store, provider, settings, now, random });
