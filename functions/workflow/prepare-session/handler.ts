import * as z from 'zod';
import { inspectObject } from '../../audio/file-on-s3.ts';
import { executions, now, provider, s3, sessionsOfHere, settings } from '../../dependencies.ts';
import { copyObject, hashObject } from '../../sessions/stored-object.ts';
import { environment } from '../../shared/environment.ts';
import { taskEvent } from '../../shared/states.ts';
import { task } from '../task.ts';
import { prepareSession } from './prepare-session.ts';

export const handler = task('Prepare session', z.unknown(), async (_, event) => {
  const bucket = environment('AUDIO_BUCKET');
  const inspect = inspectObject.bind(undefined, s3());
  return prepareSession(taskEvent.parse(event), {
    store: sessionsOfHere(),
    provider: provider(),
    executions: executions(),
    inspect,
    hash: hashObject.bind(undefined, s3()),
    copy: copyObject.bind(undefined, s3()),
    bucket,
    settings: settings(),
    now,
    random: Math.random,
  });
});
