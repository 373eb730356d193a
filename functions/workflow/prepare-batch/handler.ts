import { executions, now, provider, sessionStore, settings } from '../../dependencies.ts';
import { environment } from '../../shared/environment.ts';
import { task } from '../task.ts';
import { prepareBatch, prepareBatchInput } from './prepare-batch.ts';

export const handler = task('Prepare batch', prepareBatchInput, (input) =>
  prepareBatch(input, {
    store: sessionStore(),
    provider: provider(),
    executions: executions(),
    bucket: environment('AUDIO_BUCKET'),
    settings: settings(),
    now,
    random: Math.random,
  }),
);
