import { PutObjectCommand } from '@aws-sdk/client-s3';
import { downloadAudio } from '../../audio/download.ts';
import { providerOf, providerUrl, s3, sessionsOfHere, settings } from '../../dependencies.ts';
import { nameError } from '../../shared/aws-errors.ts';
import { environment } from '../../shared/environment.ts';
import { keepAudioState } from '../../shared/states.ts';
import { task } from '../task.ts';
import { keepAudio } from './keep-audio.ts';

/** Milliseconds for one clip: six of them, the most that are looked at, fit into the function's time. */
const clipTimeout = 40_000;

export const handler = task('Keep audio', keepAudioState, (state) => {
  const bounds = {
    maxBytes: settings().limits.maxClipBytes,
    timeoutMs: clipTimeout,
  };
  return keepAudio(state, {
    store: sessionsOfHere(),
    providerOf,
    download: (url, dialect) =>
      downloadAudio(url, { ...bounds, trustedOrigin: new URL(providerUrl(dialect)).origin }),
    keep: async (key, { bytes, extension }) => {
      const put = new PutObjectCommand({
        Bucket: environment('AUDIO_BUCKET'),
        Key: key,
        Body: bytes,
        ContentType: `audio/${extension === 'mp3' ? 'mpeg' : extension}`,
      });
      await s3()
        .send(put)
        .catch((error: unknown) => {
          throw nameError(error);
        });
    },
    settings: settings(),
  });
});
