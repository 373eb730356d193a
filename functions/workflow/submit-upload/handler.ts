import { now, random, settings } from '../../runtime/clients/base.ts';
import { find } from '../../runtime/clients/bucket.ts';
import { intake as provider } from '../../runtime/clients/intake.ts';
import { sessionsOfHereWithoutEvents as store } from '../../runtime/clients/records.ts';
import { offered as downloads } from '../../runtime/clients/signing.ts';
import { runTask } from '../../runtime/run-task.ts';
import { state } from './state.ts';
import { submitUpload } from './submit-upload.ts';

export const handler = runTask(state, submitUpload, {
  store,
  provider,
  downloads,
  find,
  settings,
  now,
  random,
});
