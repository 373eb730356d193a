import {
  Choice,
  Condition,
  Fail,
  type IChainable,
  JsonPath,
  Map as MapState,
  Pass,
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
import { initialLoopState, reconcileLoopState, verdictIs, waitAndCheck } from './wait-and-check.ts';

const everything = 'States.ALL';
const keepInput = { resultPath: JsonPath.DISCARD };

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
  const upload = MapState.jsonPath(scope, 'Upload tracks', {
    itemsPath: '$.tracks',
    maxConcurrency: settings.limits.concurrency,
    // What became of each track is in the record.
    ...keepInput,
  }).itemProcessor(uploadOne.start);

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
  const keepError = { resultPath: '$.error' };
  create.addCatch(failure, { errors: [...settledCreateErrors], ...keepError });
  create.addCatch(lost, { errors: [everything], resultPath: '$.lost' });
  for (const state of [prepare, upload, enough, check]) {
    state.addCatch(failure, { errors: [everything], ...keepError });
  }

  // Ends here for now: an approval begins a new run, which finds the clips and comes by again.
  const review = new Choice(scope, 'Review first?')
    .when(Condition.booleanEquals('$.review', true), new Succeed(scope, 'Waiting for approval'))
    .otherwise(training.start);

  // Not by a retry: a policy knows no Retry-After, and those turned away together would come back together.
  const again = new Wait(scope, 'Wait for provider', { time: WaitTime.secondsPath('$.wait') });
  const prepared = new Choice(scope, 'Session prepared?')
    .when(verdictIs('waiting'), again.next(prepare))
    .otherwise(upload);

  prepare.next(prepared);
  upload.next(enough).next(review);
  return prepare;
}
