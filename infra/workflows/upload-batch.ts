import {
  Choice,
  DistributedMap,
  Fail,
  type IChainable,
  JsonPath,
  Pass,
  StateMachineType,
  Succeed,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import { state as checkUpload } from '../../functions/workflow/check-upload/state.ts';
import { state as inspectFile } from '../../functions/workflow/inspect-file/state.ts';
import { state as prepareBatch } from '../../functions/workflow/prepare-batch/state.ts';
import { state as reconcileClips } from '../../functions/workflow/reconcile-clips/state.ts';
import { state as recordFailure } from '../../functions/workflow/record-failure/state.ts';
import { state as submitUpload } from '../../functions/workflow/submit-upload/state.ts';
import type { Machine } from '../constructs/workflow.ts';
import { verdictIs, waitAndCheck } from './wait-and-check.ts';

/** What a file's own execution leaves: nothing. What became of the file is in the record. */
const nothing = {};

/** From files, few or thousands, to clips on one account of the provider. */
export function uploadBatch({ scope, task, settings }: Machine): IChainable {
  const prepare = task(prepareBatch);

  const inspect = task(inspectFile);
  const uploadOne = waitAndCheck(scope, {
    submit: task(submitUpload),
    wait: 'Wait for upload',
    check: task(checkUpload),
    finished: 'Upload finished?',
    done: Pass.jsonPath(scope, 'File uploaded', { parameters: nothing }),
    failed: Pass.jsonPath(scope, 'File failed', { parameters: nothing }),
  });
  inspect.next(uploadOne.start);

  // Each file is an execution with a history of its own: thousands in one would end it at 25,000 events. One whose
  // functions fail is reported by Reconcile clips, which finds it unfinished in the record, and stops no other.
  const upload = DistributedMap.jsonPath(scope, 'Upload files', {
    label: 'UploadFiles',
    itemsPath: '$.tracks',
    itemSelector: {
      sessionId: JsonPath.stringAt('$.sessionId'),
      trackId: JsonPath.stringAt('$$.Map.Item.Value'),
    },
    maxConcurrency: settings.limits.batchConcurrency,
    // An Express execution ends after five minutes; an upload may take longer.
    mapExecutionType: StateMachineType.STANDARD,
    toleratedFailurePercentage: 100,
    // The ids have done their work: a failure after this may bring a long cause of its own.
    resultSelector: nothing,
    resultPath: '$.tracks',
  }).itemProcessor(inspect);

  const ready = new Succeed(scope, 'Batch ready');
  const compare = task(reconcileClips);
  const later = new Wait(scope, 'Wait for list', { time: WaitTime.secondsPath('$.wait') });
  const compared = new Choice(scope, 'Clips reconciled?')
    .when(verdictIs('waiting'), later.next(compare))
    .otherwise(ready);

  const failure = task(recordFailure, {
    payload: { error: JsonPath.objectAt('$.error') },
  });
  failure.next(new Fail(scope, 'Batch failed', { errorPath: '$.error', causePath: '$.cause' }));
  for (const state of [prepare, upload, compare]) {
    state.addCatch(failure, { errors: ['States.ALL'], resultPath: '$.error' });
  }

  const again = new Wait(scope, 'Wait for provider', { time: WaitTime.secondsPath('$.wait') });
  const prepared = new Choice(scope, 'Batch prepared?')
    .when(verdictIs('waiting'), again.next(prepare))
    .otherwise(upload);

  prepare.next(prepared);
  upload.next(compare).next(compared);
  return prepare;
}
