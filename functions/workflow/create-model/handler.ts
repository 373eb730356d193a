import { now, provider, sessionsOfHere, settings } from '../../dependencies.ts';
import { createModelState } from '../../shared/states.ts';
import { task } from '../task.ts';
import { createModel } from './create-model.ts';

export const handler = task('Create model', createModelState, (state) =>
  createModel(state, {
    store: sessionsOfHere(),
    provider: provider(),
    settings: settings(),
    now,
    random: Math.random,
  }),
);
