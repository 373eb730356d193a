import type { LambdaFunction } from '../../packages/local-aws/assembly.ts';
import type { Access } from '../../packages/local-aws/iam.ts';
import type { Lambda } from '../../packages/local-aws/lambda.ts';
import type { HistoryEvent } from '../../packages/local-aws/step-functions/history.ts';

/** Counts what AWS would bill while a stack runs. */
export interface Meter {
  /** A request to a service, by the permission that it needs. */
  call(action: string): void;
  /** @param ms how long it took here, with the start of a worker where there was none */
  invocation(fn: LambdaFunction, ms: number): void;
  /** An event of an execution's history, those of the items of a Distributed Map among them. */
  event(event: HistoryEvent): void;
}

/** Every stand-in checks each request against the policies, so that is where requests are counted. */
export function metered(access: Access, meter: Meter | undefined): Access {
  if (!meter) return access;
  return {
    ...access,
    check(accessKeyId, action, resource, context) {
      access.check(accessKeyId, action, resource, context);
      meter.call(action);
    },
  };
}

/** The same for invocations, and how long they take. */
export function meteredLambda(
  lambda: Lambda,
  functions: readonly LambdaFunction[],
  meter: Meter | undefined,
): Lambda {
  if (!meter) return lambda;
  return {
    ...lambda,
    async invoke(functionArn, payload, by, wait) {
      const began = performance.now();
      try {
        return await lambda.invoke(functionArn, payload, by, wait);
      } finally {
        const fn = functions.find(({ arn }) => arn === functionArn);
        if (fn) meter.invocation(fn, performance.now() - began);
      }
    },
  };
}
