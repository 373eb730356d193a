import { now, random, settings } from '../../runtime/clients/base.ts';
import { providerOf, relayHere as relay } from '../../runtime/clients/provider.ts';
import { sessionsOfHere as store } from '../../runtime/clients/records.ts';
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
