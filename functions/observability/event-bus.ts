import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { toChirpsmithError } from '../shared/aws-errors.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import type { EventType } from '../shared/event-types.ts';

/** Publishes status events on the event bus. */
export interface EventBus {
  /**
   * @param detail nothing signed or secret
   * @param signal gives the call up
   * @throws ChirpsmithError StorageUnavailable, AccessDenied, Unexpected
   */
  put(type: EventType, detail: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<void>;
}

export function createEventBus(options: {
  client: EventBridgeClient;
  /** Its ARN or name. */
  bus: string;
  /** Tells the stages of one account apart: `chirpsmith.prod`. */
  source: string;
}): EventBus {
  const { client, bus, source } = options;
  return {
    async put(type, detail, signal) {
      const entry = { EventBusName: bus, Source: source, DetailType: type, Detail: JSON.stringify(detail) };
      const command = new PutEventsCommand({ Entries: [entry] });
      const options = signal ? { abortSignal: signal } : {};
      const answer = await client.send(command, options).catch((error: unknown) => {
        throw toChirpsmithError(error);
      });
      // The call succeeds also when the event was not taken.
      const [failed] = (answer.Entries ?? []).filter(({ ErrorCode }) => ErrorCode !== undefined);
      if (!failed) return;
      const words = `EventBridge did not take "${type}": ${failed.ErrorCode} ${failed.ErrorMessage ?? ''}`;
      throw new ChirpsmithError('StorageUnavailable', words.trim());
    },
  };
}
