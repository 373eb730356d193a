import { Duration } from 'aws-cdk-lib';
import { JsonPath, TaskInput, Timeout } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import type { StateSpec } from '../../functions/runtime/spec.ts';
import type { WorkflowFunction } from '../constructs/workflow-function.ts';
import { retryPolicies } from './retry-policies.ts';

/** Seconds that the machine waits longer than the function may run, so that Lambda is the one to cut it off. */
const margin = 10;

/** Whose lines of log these are; a session may have had several executions. */
const execution = { Id: JsonPath.executionId, Name: JsonPath.executionName };

export interface TaskOptions {
  /** What the function gets beyond the state's whole input and the execution's name. */
  readonly payload?: Record<string, unknown>;
  /** What becomes of its answer; the state's whole output unless given. */
  readonly result?: Record<string, unknown>;
}

/**
 * A state that calls its function: the state's input and the execution in, the answer out. Every task of every
 * machine is made here, so that none lacks its timeout or its ordered retriers.
 */
export function task(
  scope: Construct,
  spec: StateSpec,
  fn: WorkflowFunction,
  { payload, result }: TaskOptions = {},
): LambdaInvoke {
  const invoke = LambdaInvoke.jsonPath(scope, spec.name, {
    lambdaFunction: fn,
    payloadResponseOnly: true,
    // CDK's default retriers would come in unseen, also for the one task that must have none.
    retryOnServiceExceptions: false,
    taskTimeout: Timeout.duration(fn.limit.plus(Duration.seconds(margin))),
    payload: TaskInput.fromObject({ execution, input: JsonPath.entirePayload, ...payload }),
    ...(result && { resultSelector: result }),
  });
  for (const policy of retryPolicies[spec.retry]) invoke.addRetry(policy);
  return invoke;
}
