import { webhookSecret } from '../../runtime/clients.ts';
import { task } from '../../runtime/run-task.ts';
import { environment } from '../../shared/environment.ts';
import { busEvent, sendWebhook } from './send-webhook.ts';

export const handler = task('Send webhook', busEvent, (event) =>
  sendWebhook(event, { url: environment('WEBHOOK_URL'), secret: webhookSecret, fetch, now: Date.now }),
);
