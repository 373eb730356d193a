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
import type { Construct } from 'constructs';
import { settledCreateErrors } from '../../functions/shared/errors.ts';
import type { Settings } from '../../functions/shared/settings.ts';
import type { WorkflowFunction } from '../constructs/workflow-function.ts';
import { everyRound, oncePerRun, providerAnswerLost, providerUnreachable } from './retry-policies.ts';
import { task } from './task.ts';
import { beforeFirstCall, lookedIntoSoon, says, waitAndCheck } from './wait-and-check.ts';

/** One function for each state that does something. */
export type TrainModelFunctions = Readonly<
  Record<
    | 'prepareSession'
    | 'submitUpload'
    | 'checkUpload'
    | 'enoughClips'
    | 'createModel'
    | 'checkTraining'
    | 'recordFailure',
    WorkflowFunction
  >
>;

const everything = 'States.ALL';
const keepInput = { resultPath: JsonPath.DISCARD };

/** From a session's audio to a custom model. */
export function trainModel(scope: Construct, fns: TrainModelFunctions, settings: Settings): IChainable {
  const prepare = task(scope, 'Prepare session', fns.prepareSession, {
    retry: [...oncePerRun, providerUnreachable, providerAnswerLost],
  });

  const outcome = { trackId: JsonPath.stringAt('$.trackId'), verdict: JsonPath.stringAt('$.verdict') };
  const uploadOne = waitAndCheck(scope, {
    submit: task(scope, 'Submit upload', fns.submitUpload, { retry: everyRound }),
    wait: 'Wait for upload',
    check: task(scope, 'Check upload', fns.checkUpload, { retry: everyRound }),
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
  const enough = task(scope, 'Enough clips?', fns.enoughClips, {
    result: {
      sessionId: JsonPath.stringAt('$.sessionId'),
      review: JsonPath.objectAt('$.review'),
      ...beforeFirstCall,
    },
    retry: oncePerRun,
  });

  // No retry, ever: a second create may cost the credits twice. What may be repeated goes round the graph.
  const create = task(scope, 'Create model', fns.createModel, { retry: [] });
  const ready = new Succeed(scope, 'Model ready');
  const check = task(scope, 'Check training', fns.checkTraining, { retry: everyRound });
  const training = waitAndCheck(scope, {
    submit: create,
    wait: 'Wait for training',
    check,
    finished: 'Training finished?',
    done: ready,
  });

  // Create was cut off, or never began: whether it was called is in the record, and the check reads it there.
  const lost = Pass.jsonPath(scope, 'Answer lost', { parameters: lookedIntoSoon(settings) });
  lost.next(training.wait);

  const failure = task(scope, 'Record failure', fns.recordFailure, {
    payload: { error: JsonPath.objectAt('$.error') },
    retry: oncePerRun,
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
    .when(says('waiting'), again.next(prepare))
    .otherwise(upload);

  prepare.next(prepared);
  upload.next(enough).next(review);
  return prepare;
}
