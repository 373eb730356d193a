import { executionName } from '../domain/executions.ts';
import type { StoreObserver } from '../domain/session-records.ts';
import { eventTypes } from '../shared/event-types.ts';
import type { Settings } from '../shared/settings.ts';
import type { EventBus } from './event-bus.ts';
import type { Keys } from './log.ts';
import type { Measurement } from './metrics.ts';
import { sessionMeasurements, trackMeasurements } from './session-metrics.ts';
import { sessionStatusChanged } from './session-status-event.ts';

/** Milliseconds that a write waits for its event to be taken. */
const patience = 2000;

export interface StoreObserverDeps {
  readonly measure: (measurement: Measurement, about: Keys) => void;
  /** Asked only when credits have moved. */
  readonly prices: () => Settings['prices'];
  /** Asked only when a session has turned. */
  readonly bus: () => EventBus;
  /** Called for an event that was not taken. */
  readonly warn: (message: string, error: unknown) => void;
}

/** Counts and tells what the records come to say, in the one place that all their writes pass through. */
export function storeObserver({ measure, prices, bus, warn }: StoreObserverDeps): StoreObserver {
  return {
    async session(before, after) {
      const { sessionId, executionArn } = after;
      const execution = executionArn === undefined ? {} : { execution: executionName(executionArn) };
      const about = { sessionId, ...execution };
      if (before) for (const it of sessionMeasurements(before, after, prices)) measure(it, about);
      const turned = sessionStatusChanged(before, after);
      if (!turned) return;
      try {
        await bus().put(eventTypes.sessionStatusChanged, turned, AbortSignal.timeout(patience));
      } catch (error) {
        warn(`the event "${eventTypes.sessionStatusChanged}" was not taken: ${turned.status}`, error);
        measure({ name: 'EventsLost', value: 1 }, about);
      }
    },
    track(before, after) {
      const { sessionId, trackId } = after;
      for (const it of trackMeasurements(before, after, prices)) measure(it, { sessionId, trackId });
    },
  };
}
