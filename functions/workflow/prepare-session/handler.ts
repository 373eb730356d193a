import { inspect } from '../../runtime/clients/audio.ts';
import { audioWay } from '../../runtime/clients/audio-way.ts';
import { audioBucket as bucket, now, random, settings } from '../../runtime/clients/base.ts';
import { copy, hash } from '../../runtime/clients/bucket.ts';
import { executions } from '../../runtime/clients/executions.ts';
import { intake as provider } from '../../runtime/clients/intake.ts';
import { sessionsOfHere as store } from '../../runtime/clients/sessions.ts';
import { runTask } from '../../runtime/run-task.ts';
import { prepareSession } from './prepare-session.ts';
import { state } from './state.ts';

export const handler = runTask(state, prepareSession, {
  store,
  provider,
  executions,
  audioWay,
  bucket,
  inspect,
  hash,
  copy,
  settings,
  now,
  random,
});
