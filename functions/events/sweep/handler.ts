import * as z from 'zod';
import { executions, sessionsToBegin } from '../../runtime/clients.ts';
import { task } from '../../runtime/run-task.ts';
import { logger, measure } from '../../shared/log.ts';
import { sweep, sweepMeasurements } from './sweep.ts';

/** The schedule's event says nothing that matters, and nobody waits for the answer: what was done is logged. */
export const handler = task('Sweep', z.unknown(), async () => {
  const swept = await sweep({ store: sessionsToBegin(), executions: executions(), now: Date.now });
  logger.info('swept', { ...swept });
  for (const it of sweepMeasurements(swept)) measure(it);
  return swept;
});
