import { PutObjectCommand } from '@aws-sdk/client-s3';
import { downloadAudio } from '../../audio/download.ts';
import { provider, s3, sessionStore, settings } from '../../dependencies.ts';
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
    trustedOrigin: new URL(environment('PROVIDER_BASE_URL')).origin,
  };
  return keepAudio(state, {
    store: sessionStore(),
    provider: provider(),
    download: (url) => downloadAudio(url, bounds),
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
