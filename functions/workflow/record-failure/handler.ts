import { now, sessionStore } from '../../dependencies.ts';
import { failureState } from '../../shared/states.ts';
import { task } from '../task.ts';
import { recordFailure } from './record-failure.ts';

export const handler = task('Record failure', failureState, (failure) =>
  recordFailure(failure, { store: sessionStore(), now }),
);
