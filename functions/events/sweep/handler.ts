import { Logger } from '@aws-lambda-powertools/logger';
import * as z from 'zod';
import { executions, sessionStore } from '../../dependencies.ts';
import { task } from '../../workflow/task.ts';
import { sweep } from './sweep.ts';

const logger = new Logger({ serviceName: 'chirpsmith', persistentLogAttributes: { state: 'Sweep' } });

/** The schedule's event says nothing that matters, and nobody waits for the answer: what was done is logged. */
export const handler = task('Sweep', z.unknown(), async () => {
  const swept = await sweep({ store: sessionStore(), executions: executions(), now: Date.now });
  logger.info('swept', { ...swept });
  return swept;
});
