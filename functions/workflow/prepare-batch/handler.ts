import {
  audioBucket as bucket,
  executions,
  fileLists as lists,
  now,
  provider,
  random,
  settings,
  sessionsOfHere as store,
} from '../../runtime/clients.ts';
import { runTask } from '../../runtime/run-task.ts';
import { prepareBatch } from './prepare-batch.ts';
import { state } from './state.ts';

export const handler = runTask(state, prepareBatch, {
  store,
  provider,
  executions,
  lists,
  bucket,
  settings,
  now,
  random,
});
