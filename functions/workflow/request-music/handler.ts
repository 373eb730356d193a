import { now, random, settings } from '../../runtime/clients/base.ts';
import { relayHere as relay } from '../../runtime/clients/place.ts';
import { providerOf } from '../../runtime/clients/provider.ts';
import { sessionsOfHere as store } from '../../runtime/clients/sessions.ts';
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
