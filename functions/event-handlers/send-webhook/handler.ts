import { milliseconds as now } from '../../runtime/clients/base.ts';
import { webhookSecret } from '../../runtime/clients/secrets.ts';
import { runTask } from '../../runtime/run-task.ts';
import { environment } from '../../shared/environment.ts';
import { sendWebhook } from './send-webhook.ts';
import { trigger } from './trigger.ts';

export const handler = runTask(trigger, sendWebhook, {
  url: () => environment('WEBHOOK_URL'),
  secret: () => webhookSecret,
  fetch: () => fetch,
  now,
});
