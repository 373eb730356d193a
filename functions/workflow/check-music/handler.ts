import { now, providerOf, sessionsOfHere, settings } from '../../dependencies.ts';
import { musicState } from '../../shared/states.ts';
import { task } from '../task.ts';
import { checkMusic } from './check-music.ts';

export const handler = task('Check music', musicState, (state) =>
  checkMusic(state, { store: sessionsOfHere(), providerOf, settings: settings(), now }),
);
