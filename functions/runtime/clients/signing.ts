import { createPartUploads } from '../../storage/part-uploads.ts';
import { createDownloadUrls, createUploadUrls } from '../../storage/upload-urls.ts';
import { links } from './audio-way.ts';
import { audioBucket, settings } from './base.ts';
import { s3 } from './bucket.ts';

/** For a person. */
export const downloads = () =>
  createDownloadUrls({ client: s3(), bucket: audioBucket(), minutes: settings().urls.download });

/** For the provider: by the local stack where it cannot reach the S3 of this machine. */
export const offered = () => links() ?? downloads();

export const uploads = () => createUploadUrls(signing());

export const parts = () => createPartUploads(signing());

const signing = () => ({ client: s3(), bucket: audioBucket(), minutes: settings().urls.upload });
