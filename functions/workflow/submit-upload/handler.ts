import {
  downloads,
  find,
  now,
  provider,
  random,
  settings,
  sessionsOfHere as store,
} from '../../runtime/clients.ts';
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
