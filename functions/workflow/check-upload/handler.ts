import { audioWay } from '../../runtime/clients/audio-way.ts';
import { now, settings } from '../../runtime/clients/base.ts';
import { provider } from '../../runtime/clients/provider.ts';
import { sessionsOfHereWithoutEvents as store } from '../../runtime/clients/records.ts';
import { runTask } from '../../runtime/run-task.ts';
import { checkUpload } from './check-upload.ts';
import { state } from './state.ts';

export const handler = runTask(state, checkUpload, { store, provider, audioWay, settings, now });
