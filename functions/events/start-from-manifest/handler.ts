import { setTimeout as delay } from 'node:timers/promises';
import { eventBus, executions, now, s3, settings } from '../../runtime/clients.ts';
import { task } from '../../runtime/run-task.ts';
import { createFileLists } from '../../sessions/file-list.ts';
import { environment } from '../../shared/environment.ts';
import { createInbox } from './inbox.ts';
import { objectCreated, startFromManifest } from './start-from-manifest.ts';

export const handler = task('Start from manifest', objectCreated, (event) => {
  const bucket = environment('AUDIO_BUCKET');
  return startFromManifest(event, {
    inbox: createInbox({ client: s3(), bucket }),
    lists: createFileLists({ client: s3(), bucket }),
    bucket,
    executions: executions(),
    bus: eventBus(),
    settings: settings(),
    owner: environment('INBOX_OWNER'),
    now: now(),
    sleep: (seconds) => delay((seconds * 1000) / environment('CLOCK_SPEED')),
  });
});
