import { createPartUploads } from '../../storage/part-uploads.ts';
import { createDownloadUrls, createUploadUrls } from '../../storage/upload-urls.ts';
import { audioBucket, settings } from './base.ts';
import { s3 } from './bucket.ts';

export const downloads = () =>
  createDownloadUrls({ client: s3(), bucket: audioBucket(), minutes: settings().urls.download });

export const uploads = () => createUploadUrls(signing());

export const parts = () => createPartUploads(signing());

const signing = () => ({ client: s3(), bucket: audioBucket(), minutes: settings().urls.upload });
