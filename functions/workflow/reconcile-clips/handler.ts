import { now, settings } from '../../runtime/clients/base.ts';
import { provider } from '../../runtime/clients/provider.ts';
import { sessionsOfHere as store } from '../../runtime/clients/sessions.ts';
import { runTask } from '../../runtime/run-task.ts';
import { reconcileClips } from './reconcile-clips.ts';
import { state } from './state.ts';

export const handler = runTask(state, reconcileClips, { store, provider, settings, now });
