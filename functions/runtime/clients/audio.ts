import { findSameBytes, inspectObject } from '../../storage/file-on-s3.ts';
import { s3 } from './bucket.ts';

export const inspect = () => inspectObject.bind(undefined, s3());
export const find = () => findSameBytes.bind(undefined, s3());
