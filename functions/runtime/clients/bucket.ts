import { S3Client } from '@aws-sdk/client-s3';
import { createFileLists } from '../../storage/file-list.ts';
import { findSameBytes } from '../../storage/file-on-s3.ts';
import { createSessionFiles } from '../../storage/session-files.ts';
import { copyObject, hashObject } from '../../storage/stored-object.ts';
import { audioBucket } from './base.ts';
import { once } from './once.ts';

/** `WHEN_REQUIRED`: else the SDK signs the checksum of an empty body into presigned URLs. */
export const s3 = /* @__PURE__ */ once(() => new S3Client({ requestChecksumCalculation: 'WHEN_REQUIRED' }));

export const hash = () => hashObject.bind(undefined, s3());

export const find = () => findSameBytes.bind(undefined, s3());

export const copy = () => copyObject.bind(undefined, s3());

export const sessionFiles = () => createSessionFiles({ client: s3(), bucket: audioBucket() });

export const fileLists = () => createFileLists({ client: s3(), bucket: audioBucket() });
