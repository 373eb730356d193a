import { PutObjectCommand } from '@aws-sdk/client-s3';
import { downloadAudio } from '../../../packages/audio-inspection/download.ts';
import { audioBucket, settings } from '../../runtime/clients/base.ts';
import { s3 } from '../../runtime/clients/bucket.ts';
import { providerOf, providerUrl } from '../../runtime/clients/provider.ts';
import { sessionsOfHere as store } from '../../runtime/clients/sessions.ts';
import { runTask } from '../../runtime/run-task.ts';
import { toChirpsmithError } from '../../shared/aws-errors.ts';
import { copyAudio } from './copy-audio.ts';
import { state } from './state.ts';

/** Milliseconds for one clip: six of them, the most that are looked at, fit into the function's time. */
const timeoutMs = 40_000;

export const handler = runTask(state, copyAudio, {
  store,
  providerOf: () => providerOf,
  settings,
  download: () => (url, dialect) => {
    const trustedOrigin = new URL(providerUrl(dialect)).origin;
    return downloadAudio(url, { maxBytes: settings().limits.maxClipBytes, timeoutMs, trustedOrigin });
  },
  keep:
    () =>
    async (Key, { bytes, extension }) => {
      const ContentType = `audio/${extension === 'mp3' ? 'mpeg' : extension}`;
      const put = new PutObjectCommand({ Bucket: audioBucket(), Key, Body: bytes, ContentType });
      await s3()
        .send(put)
        .catch((error: unknown) => {
          throw toChirpsmithError(error);
        });
    },
});
