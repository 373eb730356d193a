import { now, providerOf, relayIsConfigured, sessionsOfHere, settings } from '../../dependencies.ts';
import { requestMusicState } from '../../shared/states.ts';
import { task } from '../task.ts';
import { requestMusic } from './request-music.ts';

export const handler = task('Request music', requestMusicState, (state) =>
  requestMusic(state, {
    store: sessionsOfHere(),
    providerOf,
    relay: relayIsConfigured(),
    settings: settings(),
    now,
    random: Math.random,
  }),
);
