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
import type { Construct } from 'constructs';
import type { Settings } from '../../functions/shared/settings.ts';
import type { WorkflowFunction } from '../constructs/workflow-function.ts';
import { everyRound, oncePerRun, providerAnswerLost, providerUnreachable } from './retry-policies.ts';
import { task } from './task.ts';
import { says, waitAndCheck } from './wait-and-check.ts';

/** One function for each state that does something; three of them are those of `train-model`. */
export type UploadBatchFunctions = Readonly<
  Record<
    'prepareBatch' | 'inspectFile' | 'submitUpload' | 'checkUpload' | 'compareLists' | 'recordFailure',
    WorkflowFunction
  >
>;

/** What a file's own execution leaves: nothing. What became of the file is in the record. */
const nothing = {};

/** From files, few or thousands, to clips on one account of the provider. */
export function uploadBatch(scope: Construct, fns: UploadBatchFunctions, settings: Settings): IChainable {
  const prepare = task(scope, 'Prepare batch', fns.prepareBatch, {
    retry: [...oncePerRun, providerUnreachable, providerAnswerLost],
  });

  const inspect = task(scope, 'Inspect file', fns.inspectFile, { retry: everyRound });
  const uploadOne = waitAndCheck(scope, {
    submit: task(scope, 'Submit upload', fns.submitUpload, { retry: everyRound }),
    wait: 'Wait for upload',
    check: task(scope, 'Check upload', fns.checkUpload, { retry: everyRound }),
    finished: 'Upload finished?',
    done: Pass.jsonPath(scope, 'File uploaded', { parameters: nothing }),
    failed: Pass.jsonPath(scope, 'File failed', { parameters: nothing }),
  });
  inspect.next(uploadOne.start);

  // Each file is an execution with a history of its own: thousands in one would end it at 25,000 events. One whose
  // functions fail is told by Compare lists, which finds it unfinished in the record, and stops no other.
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
  const compare = task(scope, 'Compare lists', fns.compareLists, { retry: oncePerRun });
  const later = new Wait(scope, 'Wait for list', { time: WaitTime.secondsPath('$.wait') });
  const compared = new Choice(scope, 'Lists compared?')
    .when(says('waiting'), later.next(compare))
    .otherwise(ready);

  const failure = task(scope, 'Record failure', fns.recordFailure, {
    payload: { error: JsonPath.objectAt('$.error') },
    retry: oncePerRun,
  });
  failure.next(new Fail(scope, 'Batch failed', { errorPath: '$.error', causePath: '$.cause' }));
  for (const state of [prepare, upload, compare]) {
    state.addCatch(failure, { errors: ['States.ALL'], resultPath: '$.error' });
  }

  const again = new Wait(scope, 'Wait for provider', { time: WaitTime.secondsPath('$.wait') });
  const prepared = new Choice(scope, 'Batch prepared?')
    .when(says('waiting'), again.next(prepare))
    .otherwise(upload);

  prepare.next(prepared);
  upload.next(compare).next(compared);
  return prepare;
}
