import * as z from 'zod';
import { executions, now, provider, s3, sessionsOfHere, settings } from '../../dependencies.ts';
import { createFileLists } from '../../sessions/file-list.ts';
import { environment } from '../../shared/environment.ts';
import { taskEvent } from '../../shared/states.ts';
import { task } from '../task.ts';
import { prepareBatch } from './prepare-batch.ts';

export const handler = task('Prepare batch', z.unknown(), async (_, event) =>
  prepareBatch(taskEvent.parse(event), {
    store: sessionsOfHere(),
    provider: provider(),
    executions: executions(),
    lists: createFileLists({ client: s3(), bucket: environment('AUDIO_BUCKET') }),
    bucket: environment('AUDIO_BUCKET'),
    settings: settings(),
    now,
    random: Math.random,
  }),
);
