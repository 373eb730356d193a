/** One event, as GetExecutionHistory gives it but for the moment, which is in milliseconds here. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  /** Milliseconds since the epoch, by the clock of the stack. */
  readonly timestamp: number;
  /** `stateEnteredEventDetails` and the like. */
  readonly [details: string]: unknown;
}

export type EventDetails = Readonly<Record<`${string}EventDetails`, object>>;

/** Events that an execution may have (documented); the last one is its failure, as in AWS. */
export const eventLimit = 25_000;

/** The events of one execution, counted as the service counts them. */
export interface History {
  readonly events: readonly HistoryEvent[];
  /**
   * Adds an event and gives its id. After {@link History.close} nothing is added any more.
   * @param previous id of the event that led to it
   */
  add(type: string, previous: number, details?: EventDetails): number;
  /** Adds the last event; it has room even when the limit is reached. @param previous as of {@link History.add} */
  close(type: string, previous: number, details?: EventDetails): void;
}

export function createHistory(options: {
  now: () => number;
  /** Called with every event as it is added. */
  keep: (event: HistoryEvent) => void;
  /** Called when the next event would be one too many. */
  onFull: () => void;
}): History {
  const events: HistoryEvent[] = [];
  let closed = false;
  const push = (type: string, previousEventId: number, details: EventDetails) => {
    const event = {
      id: events.length + 1,
      previousEventId,
      type,
      timestamp: Math.round(options.now()),
      ...details,
    };
    events.push(event);
    options.keep(event);
    return event.id;
  };
  return {
    events,
    add(type, previous, details = {}) {
      if (closed) return previous;
      if (events.length < eventLimit - 1) return push(type, previous, details);
      options.onFull();
      return previous;
    },
    close(type, previous, details = {}) {
      if (closed) return;
      closed = true;
      push(type, previous, details);
    },
  };
}

/** A state's data as history carries it: a JSON string, never cut here. */
export function data(name: 'input' | 'output', json: string): Record<string, unknown> {
  return { [name]: json, [`${name}Details`]: { truncated: false } };
}
