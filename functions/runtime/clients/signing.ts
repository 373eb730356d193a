import { environment } from '../../shared/environment.ts';
import { createAudioLinks } from '../../storage/audio-links.ts';
import { createPartUploads } from '../../storage/part-uploads.ts';
import { createDownloadUrls, createUploadUrls } from '../../storage/upload-urls.ts';
import { audioBucket, settings } from './base.ts';
import { s3 } from './bucket.ts';

/** For a person. */
export const downloads = () =>
  createDownloadUrls({ client: s3(), bucket: audioBucket(), minutes: settings().urls.download });

/** For the provider: by the local stack where it cannot reach the S3 of this machine. */
export const offered = () => links() ?? downloads();

/** Whether the provider can fetch audio: S3 in AWS is reachable for all, and so is the sandbox's on this machine. */
export const audioWay = () => links() ?? { check: async () => {} };

const links = () => {
  const url = environment('AUDIO_LINKS_URL');
  return url === '' ? undefined : createAudioLinks({ url });
};

export const uploads = () => createUploadUrls(signing());

export const parts = () => createPartUploads(signing());

const signing = () => ({ client: s3(), bucket: audioBucket(), minutes: settings().urls.upload });
