import { logger, measure } from '../../observability/log.ts';
import { milliseconds as now } from '../../runtime/clients/base.ts';
import { executions } from '../../runtime/clients/executions.ts';
import { sessionLists } from '../../runtime/clients/session-lists.ts';
import { sessionsOfHere } from '../../runtime/clients/sessions.ts';
import { runTask } from '../../runtime/run-task.ts';
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
  { store: () => ({ ...sessionsOfHere(), ...sessionLists() }), executions, now },
);
