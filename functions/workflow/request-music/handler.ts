import { now, providerOf, relayIsConfigured, sessionStore, settings } from '../../dependencies.ts';
import { requestMusicState } from '../../shared/states.ts';
import { task } from '../task.ts';
import { requestMusic } from './request-music.ts';

export const handler = task('Request music', requestMusicState, (state) =>
  requestMusic(state, {
    store: sessionStore(),
    providerOf,
    relay: relayIsConfigured(),
    settings: settings(),
    now,
    random: Math.random,
  }),
);
