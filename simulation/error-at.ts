import { LambdaError } from '../packages/local-aws/lambda.ts';
import { conditionFailed } from '../test-support/tables/memory-table.ts';
import { AnswerLost } from './harness/client.ts';
import { bucketWrite } from './harness/clip-audio.ts';
import type { Step } from './harness/invocations.ts';

/** The error that a service, or a bug, throws at a step. */
export function errorAt(step: Step, kind: 'throttled' | 'conflict' | 'thrown' | 'answer-lost'): Error {
  // The function's work is done by then: only its answer can be lost.
  if (step.kind === 'answer') return new AnswerLost();
  // A new item cannot conflict with another writer.
  const isNew = step.values?.version === 0;
  if (kind === 'conflict' && step.kind === 'write' && step.what !== bucketWrite && !isNew) {
    return conditionFailed();
  }
  if (step.kind === 'begin') return new LambdaError('Lambda.TooManyRequestsException', 'Rate Exceeded.');
  if (kind === 'thrown' || step.kind === 'call') return new Error('Thrown on demand.');
  return Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
}
