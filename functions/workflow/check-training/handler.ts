import {
  modelStore as models,
  now,
  provider,
  settings,
  sessionsOfHere as store,
} from '../../runtime/clients.ts';
import { runTask } from '../../runtime/run-task.ts';
import { checkTraining } from './check-training.ts';
import { state } from './state.ts';

export const handler = runTask(state, checkTraining, { store, models, provider, settings, now });
