import { findSameBytes } from '../../audio/file-on-s3.ts';
import { now, provider, s3, sessionsOfHere, settings } from '../../dependencies.ts';
import { createDownloadUrls } from '../../sessions/upload-urls.ts';
import { environment } from '../../shared/environment.ts';
import { submitUploadState } from '../../shared/states.ts';
import { task } from '../task.ts';
import { submitUpload } from './submit-upload.ts';

export const handler = task('Submit upload', submitUploadState, (state) => {
  const { urls } = settings();
  const downloads = createDownloadUrls({
    client: s3(),
    bucket: environment('AUDIO_BUCKET'),
    minutes: urls.download,
  });
  const deps = {
    store: sessionsOfHere(),
    provider: provider(),
    downloads,
    find: findSameBytes.bind(undefined, s3()),
    settings: settings(),
    now,
    random: Math.random,
  };
  return submitUpload(state, deps);
});
