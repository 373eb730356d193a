import { randomUUID } from 'node:crypto';
import type { Clock } from '../../local-servers/clock.ts';
import type { Assembly, Rule } from '../assembly.ts';
import { AwsError } from '../aws-error.ts';
import { type Lambda, LambdaError } from '../lambda.ts';
import type { Queues } from '../sqs.ts';
import type { BusEvent } from './pattern.ts';

export interface DeliveryOptions {
  readonly assembly: Pick<Assembly, 'functions' | 'asynchronousInvocations'>;
  readonly lambda: Pick<Lambda, 'invoke'>;
  readonly queues: Pick<Queues, 'send'>;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  /** Called for every attempt that failed, and for dead letters that could not be sent. */
  readonly onError: (error: unknown) => void;
  /** Ends all retries. */
  readonly signal: AbortSignal;
}

/** Seconds before Lambda's second and third attempt (documented: a minute, then two). */
const retryWaits = [60, 120];

/**
 * Brings an event to a function, as EventBridge and Lambda share the work. EventBridge hands it over and is done;
 * what it cannot hand over, because the function does not let the rule in, is not tried again but sent to the
 * target's dead letters. A function that fails is tried again by Lambda, by the function's own configuration, and
 * what has failed for good goes to its destination on failure, if it has one.
 */
export function createDelivery({ assembly, lambda, queues, clock, onError, signal }: DeliveryOptions) {
  const attempt = async (work: () => void | Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
  };

  return async function deliver(event: BusEvent, rule: Rule, target: Rule['targets'][number]): Promise<void> {
    const source = { principal: 'events.amazonaws.com', sourceArn: rule.arn };
    const config = assembly.asynchronousInvocations.find(({ functionArn }) => functionArn === target.arn);
    const { retries = 2, maxAgeSeconds = 6 * 3600, onFailureArn } = config ?? {};
    const began = clock.now();
    for (let count = 1; ; count++) {
      try {
        await lambda.invoke(target.arn, event, source);
        return;
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        if (error instanceof AwsError) {
          const { deadLetterArn } = target;
          if (deadLetterArn === undefined) return;
          return attempt(() =>
            queues.send(deadLetterArn, source, JSON.stringify(event), {
              RULE_ARN: rule.arn,
              TARGET_ARN: target.arn,
              ERROR_CODE: error.code,
              ERROR_MESSAGE: error.message,
            }),
          );
        }
        const wait = (retryWaits[count - 1] ?? 0) * 1000;
        if (count <= retries && clock.now() + wait - began <= maxAgeSeconds * 1000) {
          await clock.sleep(wait, signal).catch(() => {});
          if (signal.aborted) return;
          continue;
        }
        if (onFailureArn === undefined) return;
        const roleArn = assembly.functions.find(({ arn }) => arn === target.arn)?.roleArn ?? '';
        const record = failureRecord(event, target.arn, count, count > retries, error, clock.now());
        return attempt(() => queues.send(onFailureArn, { roleArn }, JSON.stringify(record)));
      }
    }
  };
}

/** What Lambda sends to a destination on failure (documented: "Invocation record"). */
function failureRecord(
  event: BusEvent,
  functionArn: string,
  count: number,
  exhausted: boolean,
  error: unknown,
  now: number,
) {
  const responsePayload =
    error instanceof LambdaError ? error.toJSON() : { errorType: 'Error', errorMessage: String(error) };
  return {
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    requestContext: {
      requestId: randomUUID(),
      functionArn: `${functionArn}:$LATEST`,
      condition: exhausted ? 'RetriesExhausted' : 'EventAgeExceeded',
      approximateInvokeCount: count,
    },
    requestPayload: event,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload,
  };
}
