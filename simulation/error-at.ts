import { LambdaError } from '../packages/local-aws/lambda.ts';
import { conditionFailed } from '../test-support/tables/memory-table.ts';
import { AnswerLost } from './harness/client.ts';
import { bucketWrite } from './harness/clip-audio.ts';
import type { Step } from './harness/invocations.ts';

/** The error that a service, or a bug, throws at a step. */
export function errorAt(step: Step, kind: 'throttled' | 'conflict' | 'thrown' | 'answer-lost'): Error {
  // What the function does is done by then: nothing can go wrong but that nobody hears of it.
  if (step.kind === 'answer') return new AnswerLost();
  // A new item cannot be in anybody's way.
  const isNew = step.values?.version === 0;
  if (kind === 'conflict' && step.kind === 'write' && step.what !== bucketWrite && !isNew) {
    return conditionFailed();
  }
  if (step.kind === 'begin') return new LambdaError('Lambda.TooManyRequestsException', 'Rate Exceeded.');
  if (kind === 'thrown' || step.kind === 'call') return new Error('Thrown on demand.');
  return Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
}
