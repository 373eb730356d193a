import {
  Choice,
  Condition,
  DistributedMap,
  Fail,
  type IChainable,
  ItemBatcher,
  JsonPath,
  Map as MapState,
  Pass,
  StateMachineType,
  Succeed,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import { settledCreateErrors } from '../../functions/shared/errors.ts';
import { state as checkTraining } from '../../functions/workflow/check-training/state.ts';
import { state as checkUpload } from '../../functions/workflow/check-upload/state.ts';
import { state as createModel } from '../../functions/workflow/create-model/state.ts';
import { state as enoughClips } from '../../functions/workflow/enough-clips/state.ts';
import { state as prepareSession } from '../../functions/workflow/prepare-session/state.ts';
import { state as recordFailure } from '../../functions/workflow/record-failure/state.ts';
import { state as submitUpload } from '../../functions/workflow/submit-upload/state.ts';
import type { Machine } from '../constructs/workflow.ts';
import { slicesOf } from './history-budget.ts';
import { initialLoopState, reconcileLoopState, verdictIs, waitAndCheck } from './wait-and-check.ts';

const everything = 'States.ALL';
const keepError = { resultPath: '$.error' };

/** From a session's audio to a custom model. */
export function trainModel({ scope, task, settings }: Machine): IChainable {
  const prepare = task(prepareSession);

  const outcome = { trackId: JsonPath.stringAt('$.trackId'), verdict: JsonPath.stringAt('$.verdict') };
  const uploadOne = waitAndCheck(scope, {
    submit: task(submitUpload),
    wait: 'Wait for upload',
    check: task(checkUpload),
    finished: 'Upload finished?',
    done: Pass.jsonPath(scope, 'Track uploaded', { parameters: outcome }),
    failed: Pass.jsonPath(scope, 'Track failed', { parameters: outcome }),
  });
  const { tracks, tracksAtOnce, slicesAtOnce } = slicesOf(settings);
  // What became of each track is in the record. What ended the slice is kept for Enough clips?, for a Distributed Map
  // reports a child execution that failed without its error.
  const slice = MapState.jsonPath(scope, 'Upload slice', {
    itemsPath: '$.Items',
    maxConcurrency: tracksAtOnce,
    resultSelector: {},
  }).itemProcessor(uploadOne.start);
  slice.addCatch(
    Pass.jsonPath(scope, 'Slice failed', { parameters: { error: JsonPath.objectAt('$.error') } }),
    { errors: [everything], ...keepError },
  );

  // A history ends at 25,000 events, and 100 tracks at their worst have more: each slice is an execution of its own.
  const upload = DistributedMap.jsonPath(scope, 'Upload tracks', {
    label: 'UploadTracks',
    itemsPath: '$.tracks',
    itemBatcher: new ItemBatcher({ maxItemsPerBatch: tracks }),
    maxConcurrency: slicesAtOnce,
    // An Express execution ends after five minutes; an upload may take longer.
    mapExecutionType: StateMachineType.STANDARD,
    resultPath: '$.uploads',
  }).itemProcessor(slice);

  // Ends with the position at which a training loop begins, so that every state after it can count on.
  const enough = task(enoughClips, {
    result: {
      sessionId: JsonPath.stringAt('$.sessionId'),
      review: JsonPath.objectAt('$.review'),
      ...initialLoopState,
    },
  });

  // No retry, ever: a second create may cost the credits twice. What may be repeated goes round the graph.
  const create = task(createModel);
  const ready = new Succeed(scope, 'Model ready');
  const check = task(checkTraining);
  const training = waitAndCheck(scope, {
    submit: create,
    wait: 'Wait for training',
    check,
    finished: 'Training finished?',
    done: ready,
  });

  // Create was cut off, or never began: whether it was called is in the record, and the check reads it there.
  const lost = Pass.jsonPath(scope, 'Answer lost', { parameters: reconcileLoopState(settings) });
  lost.next(training.wait);

  const failure = task(recordFailure, {
    payload: { error: JsonPath.objectAt('$.error') },
  });
  failure.next(new Fail(scope, 'Training failed', { errorPath: '$.error', causePath: '$.cause' }));
  create.addCatch(failure, { errors: [...settledCreateErrors], ...keepError });
  create.addCatch(lost, { errors: [everything], resultPath: '$.lost' });
  for (const state of [prepare, upload, enough, check]) {
    state.addCatch(failure, { errors: [everything], ...keepError });
  }

  // Ends here for now: an approval begins a new run, which finds the clips and comes by again.
  const review = new Choice(scope, 'Review first?')
    .when(Condition.booleanEquals('$.review', true), new Succeed(scope, 'Waiting for approval'))
    .otherwise(training.start);

  // Not by a retry: a policy knows no Retry-After, and those throttled together would come back together.
  const again = new Wait(scope, 'Wait for provider', { time: WaitTime.secondsPath('$.wait') });
  const prepared = new Choice(scope, 'Session prepared?')
    .when(verdictIs('waiting'), again.next(prepare))
    .when(Condition.isPresent('$.tracks[0]'), upload)
    // Create was called in an earlier run: only the training counts, and nothing is uploaded.
    .otherwise(enough);

  prepare.next(prepared);
  upload.next(enough).next(review);
  return prepare;
}
