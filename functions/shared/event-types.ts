/** What the product says on the event bus: the `detail-type` of each event. `docs/events.md` describes them. */
export const eventTypes = {
  /** The status of a session changed. */
  sessionStatusChanged: 'Session status changed',
  /** A manifest in the inbox cannot be used. */
  manifestRejected: 'Manifest rejected',
} as const;

export type EventType = (typeof eventTypes)[keyof typeof eventTypes];

/** The `source` of all events of one stage: it tells the stages of one account apart. */
export const eventSource = (stage: string): string => `chirpsmith.${stage}`;
