import * as z from 'zod';
import { executions, sessionStore } from '../../dependencies.ts';
import { task } from '../../workflow/task.ts';
import { sweep } from './sweep.ts';

/** The schedule's event says nothing that matters. */
export const handler = task('Sweep', z.unknown(), () =>
  sweep({ store: sessionStore(), executions: executions(), now: Date.now }),
);
