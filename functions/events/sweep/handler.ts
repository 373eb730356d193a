import { executions, milliseconds as now, sessionsToBegin as store } from '../../runtime/clients.ts';
import { runTask } from '../../runtime/run-task.ts';
import { logger, measure } from '../../shared/log.ts';
import { sweep, sweepMeasurements } from './sweep.ts';
import { trigger } from './trigger.ts';

/** Nobody waits for the answer: what was done is logged. */
export const handler = runTask(
  trigger,
  async (_, deps) => {
    const swept = await sweep(deps);
    logger.info('swept', { ...swept });
    for (const it of sweepMeasurements(swept)) measure(it);
    return swept;
  },
  { store, executions, now },
);
