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
import type { Construct } from 'constructs';
import { settledCreateErrors } from '../../functions/shared/errors.ts';
import type { Settings } from '../../functions/shared/settings.ts';
import type { WorkflowFunction } from '../constructs/workflow-function.ts';
import { everyRound, oncePerRun } from './retry-policies.ts';
import { task } from './task.ts';
import { beforeFirstCall, lookedIntoSoon, says, waitAndCheck } from './wait-and-check.ts';

/** One function for each state that does something. */
export type GenerateMusicFunctions = Readonly<
  Record<'requestMusic' | 'checkMusic' | 'keepAudio' | 'recordFailure', WorkflowFunction>
>;

const everything = 'States.ALL';
const keepError = { resultPath: '$.error' };

/** From a prompt to audio files in the bucket. */
export function generateMusic(scope: Construct, fns: GenerateMusicFunctions, settings: Settings): IChainable {
  const begin = Pass.jsonPath(scope, 'Begin', {
    parameters: { sessionId: JsonPath.stringAt('$.sessionId'), ...beforeFirstCall },
  });
  // No retry, ever: a second call may cost the credits twice. What may be repeated goes round the graph.
  const request = task(scope, 'Request music', fns.requestMusic, { retry: [] });
  const check = task(scope, 'Check music', fns.checkMusic, { retry: everyRound });
  const keep = task(scope, 'Keep audio', fns.keepAudio, { retry: everyRound });
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
    new Choice(scope, 'Audio kept?')
      .when(says('waiting'), later)
      .otherwise(new Succeed(scope, 'Music ready')),
  );

  // The call was cut off, or never began: whether it was made is in the record, and the check reads it there.
  const lost = Pass.jsonPath(scope, 'Answer lost', { parameters: lookedIntoSoon(settings) });
  lost.next(music.wait);

  const failure = task(scope, 'Record failure', fns.recordFailure, {
    payload: { error: JsonPath.objectAt('$.error') },
    retry: oncePerRun,
  });
  failure.next(new Fail(scope, 'Music failed', { errorPath: '$.error', causePath: '$.cause' }));
  request.addCatch(failure, { errors: [...settledCreateErrors], ...keepError });
  request.addCatch(lost, { errors: [everything], resultPath: '$.lost' });
  for (const state of [check, keep]) state.addCatch(failure, { errors: [everything], ...keepError });

  return begin.next(request);
}
