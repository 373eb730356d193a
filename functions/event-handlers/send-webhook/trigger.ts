import * as z from 'zod';
import { defineTrigger } from '../../runtime/spec.ts';

/** An event of the bus, as far as the receiver gets it. */
const busEvent = z.object({
  id: z.string(),
  'detail-type': z.string(),
  source: z.string(),
  time: z.string(),
  detail: z.record(z.string(), z.unknown()),
});

export const trigger = defineTrigger({
  name: 'Send webhook',
  about: 'Sends an event to the webhook',
  input: busEvent,
  // The receiver is given 10 s.
  lambda: { timeoutSeconds: 20 },
  uses: ['clock.milliseconds', 'fetch', 'webhook'],
});
