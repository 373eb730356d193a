import { modelStore, now, provider, sessionsOfHere, settings } from '../../dependencies.ts';
import { trainingState } from '../../shared/states.ts';
import { task } from '../task.ts';
import { checkTraining } from './check-training.ts';

export const handler = task('Check training', trainingState, (state) =>
  checkTraining(state, {
    store: sessionsOfHere(),
    models: modelStore(),
    provider: provider(),
    settings: settings(),
    now,
  }),
);
