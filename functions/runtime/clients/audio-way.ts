import { environment } from '../../shared/environment.ts';
import { createAudioLinks } from '../../storage/audio-links.ts';

/** Of the local stack; undefined where the provider reaches S3 itself. */
export const links = () => {
  const url = environment('AUDIO_LINKS_URL');
  return url === '' ? undefined : createAudioLinks({ url });
};

/** Whether the provider can fetch audio: S3 in AWS is reachable for all, and so is the sandbox's on this machine. */
export const audioWay = () => links() ?? { check: async () => {}, look: async () => ({}) };
