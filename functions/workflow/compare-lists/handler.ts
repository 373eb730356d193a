import { now, provider, sessionsOfHere, settings } from '../../dependencies.ts';
import { compareListsState } from '../../shared/states.ts';
import { task } from '../task.ts';
import { compareLists } from './compare-lists.ts';

export const handler = task('Compare lists', compareListsState, (state) =>
  compareLists(state, { store: sessionsOfHere(), provider: provider(), settings: settings(), now }),
);
