import { inspect } from '../../runtime/clients/audio.ts';
import { now, settings } from '../../runtime/clients/base.ts';
import { copy, hash } from '../../runtime/clients/bucket.ts';
import { storeWithoutEvents as store } from '../../runtime/clients/records.ts';
import { runTask } from '../../runtime/run-task.ts';
import { inspectFile } from './inspect-file.ts';
import { state } from './state.ts';

export const handler = runTask(state, inspectFile, { store, inspect, hash, copy, settings, now });
