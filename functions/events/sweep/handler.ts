import * as z from 'zod';
import { executions, sessionStore } from '../../dependencies.ts';
import { logger, measure } from '../../shared/log.ts';
import { task } from '../../workflow/task.ts';
import { sweep } from './sweep.ts';

/** The schedule's event says nothing that matters, and nobody waits for the answer: what was done is logged. */
export const handler = task('Sweep', z.unknown(), async () => {
  const swept = await sweep({ store: sessionStore(), executions: executions(), now: Date.now });
  logger.info('swept', { ...swept });
  measure({ name: 'SessionsUnderWay', value: swept.looked });
  measure({ name: 'SessionsNeverStarted', value: swept.neverStarted.length });
  return swept;
});
