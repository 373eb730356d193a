import { inspectObject } from '../../audio/file-on-s3.ts';
import { now, s3, sessionStore, settings } from '../../dependencies.ts';
import { copyObject, hashObject } from '../../sessions/stored-object.ts';
import { fileState } from '../../shared/states.ts';
import { task } from '../task.ts';
import { inspectFile } from './inspect-file.ts';

export const handler = task('Inspect file', fileState, (state) =>
  inspectFile(state, {
    store: sessionStore(),
    inspect: inspectObject.bind(undefined, s3()),
    hash: hashObject.bind(undefined, s3()),
    copy: copyObject.bind(undefined, s3()),
    settings: settings(),
    now,
  }),
);
