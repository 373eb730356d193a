import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { createEventBus } from '../../observability/event-bus.ts';
import { environment } from '../../shared/environment.ts';
import { once } from './once.ts';

export const eventBus = /* @__PURE__ */ once(() =>
  createEventBus({
    client: new EventBridgeClient(),
    bus: environment('EVENT_BUS'),
    source: environment('EVENT_SOURCE'),
  }),
);
