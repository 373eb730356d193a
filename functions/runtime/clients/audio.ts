import { inspectObject } from '../../storage/inspect-object.ts';
import { s3 } from './bucket.ts';

export const inspect = () => inspectObject.bind(undefined, s3());
