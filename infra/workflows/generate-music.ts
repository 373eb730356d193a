import {
  Choice,
  Fail,
  type IChainable,
  JsonPath,
  Pass,
  Succeed,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import { settledCreateErrors } from '../../functions/shared/errors.ts';
import { state as checkMusic } from '../../functions/workflow/check-music/state.ts';
import { state as copyAudio } from '../../functions/workflow/copy-audio/state.ts';
import { state as recordFailure } from '../../functions/workflow/record-failure/state.ts';
import { state as requestMusic } from '../../functions/workflow/request-music/state.ts';
import type { Machine } from '../constructs/workflow.ts';
import { initialLoopState, reconcileLoopState, verdictIs, waitAndCheck } from './wait-and-check.ts';

const everything = 'States.ALL';
const keepError = { resultPath: '$.error' };

/** From a prompt to audio files in the bucket. */
export function generateMusic({ scope, task, settings }: Machine): IChainable {
  const begin = Pass.jsonPath(scope, 'Begin', {
    parameters: { sessionId: JsonPath.stringAt('$.sessionId'), ...initialLoopState },
  });
  // No retry, ever: a second call may cost the credits twice. What may be repeated goes round the graph.
  const request = task(requestMusic);
  const check = task(checkMusic);
  const keep = task(copyAudio);
  const music = waitAndCheck(scope, {
    submit: request,
    wait: 'Wait for music',
    check,
    finished: 'Music finished?',
    done: keep,
  });

  // The provider's links to the audio do not last, and may not work yet.
  const later = new Wait(scope, 'Wait for audio', { time: WaitTime.secondsPath('$.wait') });
  later.next(keep);
  keep.next(
    new Choice(scope, 'Audio copied?')
      .when(verdictIs('waiting'), later)
      .otherwise(new Succeed(scope, 'Music ready')),
  );

  // The call was cut off, or never began: whether it was made is in the record, and the check reads it there.
  const lost = Pass.jsonPath(scope, 'Answer lost', { parameters: reconcileLoopState(settings) });
  lost.next(music.wait);

  const failure = task(recordFailure, {
    payload: { error: JsonPath.objectAt('$.error') },
  });
  failure.next(new Fail(scope, 'Music failed', { errorPath: '$.error', causePath: '$.cause' }));
  request.addCatch(failure, { errors: [...settledCreateErrors], ...keepError });
  request.addCatch(lost, { errors: [everything], resultPath: '$.lost' });
  for (const state of [check, keep]) state.addCatch(failure, { errors: [everything], ...keepError });

  return begin.next(request);
}
