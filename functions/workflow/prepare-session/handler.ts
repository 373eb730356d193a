import {
  audioBucket as bucket,
  copy,
  executions,
  hash,
  inspect,
  now,
  provider,
  random,
  settings,
  sessionsOfHere as store,
} from '../../runtime/clients.ts';
import { runTask } from '../../runtime/run-task.ts';
import { prepareSession } from './prepare-session.ts';
import { state } from './state.ts';

export const handler = runTask(state, prepareSession, {
  store,
  provider,
  executions,
  bucket,
  inspect,
  hash,
  copy,
  settings,
  now,
  random,
});
