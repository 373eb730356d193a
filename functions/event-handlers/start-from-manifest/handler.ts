import { setTimeout as delay } from 'node:timers/promises';
import { audioBucket as bucket, now, settings } from '../../runtime/clients/base.ts';
import { fileLists as lists, s3 } from '../../runtime/clients/bucket.ts';
import { eventBus as bus } from '../../runtime/clients/events.ts';
import { executions } from '../../runtime/clients/executions.ts';
import { runTask } from '../../runtime/run-task.ts';
import { environment } from '../../shared/environment.ts';
import { createInbox } from './inbox.ts';
import { startFromManifest } from './start-from-manifest.ts';
import { trigger } from './trigger.ts';

export const handler = runTask(trigger, startFromManifest, {
  inbox: () => createInbox({ client: s3(), bucket: bucket() }),
  lists,
  bucket,
  executions,
  bus,
  settings,
  owner: () => environment('INBOX_OWNER'),
  now,
  sleep: () => (seconds) => delay((seconds * 1000) / environment('CLOCK_SPEED')),
});
