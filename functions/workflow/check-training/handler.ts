import { now, settings } from '../../runtime/clients/base.ts';
import { provider } from '../../runtime/clients/provider.ts';
import { modelStore as models } from '../../runtime/clients/records.ts';
import { sessionsOfHere as store } from '../../runtime/clients/sessions.ts';
import { runTask } from '../../runtime/run-task.ts';
import { checkTraining } from './check-training.ts';
import { state } from './state.ts';

export const handler = runTask(state, checkTraining, { store, models, provider, settings, now });
