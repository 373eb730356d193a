import { executionName } from '../sessions/executions.ts';
import type { RecordWatcher } from '../sessions/session-store.ts';
import type { Keys } from '../shared/log.ts';
import type { Measurement } from '../shared/metrics.ts';
import type { Settings } from '../shared/settings.ts';
import { sessionMeasurements, trackMeasurements } from './measurements.ts';

export interface RecordWatcherDeps {
  readonly measure: (measurement: Measurement, about: Keys) => void;
  /** Asked only when credits have moved. */
  readonly prices: () => Settings['prices'];
}

/** Counts what the records come to say, in the one place that all their writes pass through. */
export function recordWatcher({ measure, prices }: RecordWatcherDeps): RecordWatcher {
  return {
    async session(before, after) {
      if (!before) return;
      const { sessionId, executionArn } = after;
      const execution = executionArn === undefined ? {} : { execution: executionName(executionArn) };
      for (const it of sessionMeasurements(before, after, prices)) measure(it, { sessionId, ...execution });
    },
    track(before, after) {
      const { sessionId, trackId } = after;
      for (const it of trackMeasurements(before, after, prices)) measure(it, { sessionId, trackId });
    },
  };
}
