import * as z from 'zod';
import { now, sessionStore } from '../../dependencies.ts';
import { failureState } from '../../shared/states.ts';
import { task } from '../task.ts';
import { recordFailure } from './record-failure.ts';

export const handler = task('Record failure', z.unknown(), async (_, event) =>
  recordFailure(failureState.parse(event), { store: sessionStore(), now }),
);
