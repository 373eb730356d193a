import { audioWay } from '../../runtime/clients/audio-way.ts';
import { audioBucket as bucket, now, random, settings } from '../../runtime/clients/base.ts';
import { fileLists as lists } from '../../runtime/clients/bucket.ts';
import { executions } from '../../runtime/clients/executions.ts';
import { intake as provider } from '../../runtime/clients/intake.ts';
import { sessionsOfHere as store } from '../../runtime/clients/sessions.ts';
import { runTask } from '../../runtime/run-task.ts';
import { prepareBatch } from './prepare-batch.ts';
import { state } from './state.ts';

export const handler = runTask(state, prepareBatch, {
  store,
  provider,
  executions,
  lists,
  audioWay,
  bucket,
  settings,
  now,
  random,
});
