import { now, settings } from '../../runtime/clients/base.ts';
import { sessionStore as store } from '../../runtime/clients/sessions.ts';
import { runTask } from '../../runtime/run-task.ts';
import { enoughClips } from './enough-clips.ts';
import { state } from './state.ts';

export const handler = runTask(state, enoughClips, { store, settings, now });
