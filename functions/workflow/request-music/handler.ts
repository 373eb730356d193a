import {
  now,
  providerOf,
  random,
  relayIsConfigured as relay,
  settings,
  sessionsOfHere as store,
} from '../../runtime/clients.ts';
import { runTask } from '../../runtime/run-task.ts';
import { requestMusic } from './request-music.ts';
import { state } from './state.ts';

export const handler = runTask(state, requestMusic, {
  store,
  providerOf: () => providerOf,
  relay,
  settings,
  now,
  random,
});
