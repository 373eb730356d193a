import { now, provider, sessionsOfHere, settings } from '../../dependencies.ts';
import { uploadState } from '../../shared/states.ts';
import { task } from '../task.ts';
import { checkUpload } from './check-upload.ts';

export const handler = task('Check upload', uploadState, (state) =>
  checkUpload(state, { store: sessionsOfHere(), provider: provider(), settings: settings(), now }),
);
