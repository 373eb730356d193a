import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Assembly, Rule } from '../../../packages/local-aws/assembly.ts';
import { AwsError } from '../../../packages/local-aws/aws-error.ts';
import { type BusEvent, createEventBridge } from '../../../packages/local-aws/event-bridge.ts';
import { type Invoker, LambdaError } from '../../../packages/local-aws/lambda.ts';
import { openQueues } from '../../../packages/local-aws/sqs.ts';

const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:123456789012:${name}`;
const functionArn = arn('lambda', 'function:look-after');
const letters = arn('sqs', 'letters');
const schedule: Rule = {
  name: 'look-after',
  arn: arn('events', 'rule/look-after'),
  busName: 'default',
  everySeconds: 900,
  pattern: undefined,
  targets: [{ arn: functionArn, deadLetterArn: letters }],
};
const onUpload: Rule = { ...schedule, everySeconds: undefined, pattern: { source: ['aws.s3'] } };
const quarter = 900_000;
const uploaded: BusEvent = {
  version: '0',
  id: '1',
  'detail-type': 'Object Created',
  source: 'aws.s3',
  account: '123456789012',
  time: '2026-11-21T03:00:00Z',
  region: 'us-east-1',
  resources: [],
  detail: {},
};

let directory: string;
beforeEach(() => {
  vi.useFakeTimers();
  directory = mkdtempSync(path.join(tmpdir(), 'queues-'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(directory, { recursive: true });
});

/** EventBridge in front of a function that a test plays. */
function begin(
  speed: number,
  play: () => Promise<unknown> = async () => undefined,
  { rules = [schedule], ...changed }: Partial<Assembly> = {},
) {
  const calls: { functionArn: string; payload: unknown; by: Invoker }[] = [];
  const errors: unknown[] = [];
  const slept: number[] = [];
  const denied: string[] = [];
  const access = {
    check() {},
    checkRole(roleArn: string, action: string) {
      if (denied.includes(action)) throw new AwsError('AccessDenied', 403, `${roleArn} may not ${action}`);
    },
  };
  const senders = [{ principal: 'events.amazonaws.com', sourceArn: schedule.arn }];
  const queues = openQueues({ queues: [{ name: 'letters', arn: letters, senders }], access, directory });
  const bridge = createEventBridge({
    assembly: {
      rules,
      buses: [],
      functions: [],
      asynchronousInvocations: [],
      region: 'us-east-1',
      account: '123456789012',
      ...changed,
    },
    access,
    queues,
    clock: {
      speed,
      now: () => Date.UTC(2026, 10, 21, 3),
      sleep: async (ms) => void slept.push(ms / 1000),
    },
    lambda: {
      invoke: (arn, payload, by) => {
        calls.push({ functionArn: arn, payload, by });
        return play();
      },
    },
    onError: (error) => errors.push(error),
  });
  return { calls, errors, slept, denied, bridge, sent: () => queues.messages(letters) };
}

function beginSchedules(...given: Parameters<typeof begin>) {
  const begun = begin(...given);
  begun.bridge.startSchedules();
  return begun;
}

describe('a schedule of the template', () => {
  it('is due at once, because this machine may have been off for long', () => {
    const { calls, bridge } = beginSchedules(1);
    expect(calls).toEqual([
      {
        functionArn,
        by: { principal: 'events.amazonaws.com', sourceArn: schedule.arn },
        payload: expect.objectContaining({
          'detail-type': 'Scheduled Event',
          source: 'aws.events',
          time: '2026-11-21T03:00:00Z',
          resources: [schedule.arn],
        }),
      },
    ]);
    bridge.close();
  });

  it('waits for its first call as long as it was asked to, and then keeps its rate', async () => {
    const { calls, bridge } = begin(1);
    bridge.startSchedules(3000);
    await vi.advanceTimersByTimeAsync(2999);
    expect(calls).toEqual([]);
    await vi.advanceTimersByTimeAsync(1 + quarter);
    expect(calls).toHaveLength(2);
    bridge.close();
  });

  it('of a bridge that has closed before its first call is never called', async () => {
    const { calls, bridge } = begin(1);
    bridge.startSchedules(3000);
    bridge.close();
    await vi.advanceTimersByTimeAsync(2 * quarter);
    expect(calls).toEqual([]);
  });

  it.each([
    [1, quarter],
    [20, quarter / 20],
    [10_000, 5000],
  ])('at speed %i comes round every %i ms of wall time', async (speed, every) => {
    const { calls, bridge } = beginSchedules(speed);
    await vi.advanceTimersByTimeAsync(every - 1);
    expect(calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1 + 3 * every);
    expect(calls).toHaveLength(5);
    bridge.close();
  });

  it('on a virtual clock is due at the start only, or the clock would never come to rest', async () => {
    const { calls } = beginSchedules(Number.POSITIVE_INFINITY);
    await vi.advanceTimersByTimeAsync(10 * quarter);
    expect(calls).toHaveLength(1);
  });

  it('is not called again while its last call goes on', async () => {
    const { calls, bridge } = beginSchedules(1, () => new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(3 * quarter);
    expect(calls).toHaveLength(1);
    bridge.close();
  });

  it('comes round after a call that failed', async () => {
    const failing = async () => Promise.reject(new AwsError('AccessDeniedException', 403, 'it may not'));
    const { calls, errors, bridge } = beginSchedules(1, failing);
    await vi.advanceTimersByTimeAsync(quarter);
    expect(calls).toHaveLength(2);
    expect(errors).toMatchObject([{ message: 'it may not' }, { message: 'it may not' }]);
    bridge.close();
  });

  it('keeps quiet when the stack ends under it, and does not come round any more', async () => {
    let fail = (_: Error) => {};
    const { calls, errors, slept, bridge } = beginSchedules(
      1,
      () => new Promise((_, reject) => (fail = reject)),
    );
    bridge.close();
    fail(new Error('the local runtime is stopping'));
    await vi.advanceTimersByTimeAsync(2 * quarter);
    expect(calls).toHaveLength(1);
    expect({ errors, slept }).toEqual({ errors: [], slept: [] });
  });
});

describe('an event', () => {
  it('goes to the targets of the rules of its bus that it matches', async () => {
    const elsewhere = { ...onUpload, busName: 'turns' };
    const other = { ...onUpload, pattern: { source: ['aws.ec2'] } };
    const { calls, bridge } = begin(1, undefined, { rules: [onUpload, elsewhere, other] });
    bridge.publish(uploaded);
    await bridge.settled();
    expect(calls).toMatchObject([{ functionArn, payload: uploaded, by: { sourceArn: onUpload.arn } }]);
    bridge.publish(uploaded, 'turns');
    expect(calls).toHaveLength(2);
    bridge.publish({ ...uploaded, source: 'aws.ec2' }, 'turns');
    expect(calls).toHaveLength(2);
  });

  it('that a function fails on is brought to it again after one minute and after two', async () => {
    const failing = async () => Promise.reject(new LambdaError('Error', 'it broke'));
    const { calls, errors, slept, sent, bridge } = begin(1, failing, { rules: [onUpload] });
    bridge.publish(uploaded);
    await bridge.settled();
    expect({ calls: calls.length, errors: errors.length, slept }).toEqual({
      calls: 3,
      errors: 3,
      slept: [60, 120],
    });
    expect(sent()).toEqual([]);
  });

  it('that a function fails on for good goes to its destination on failure, if its role may send', async () => {
    const failing = async () => Promise.reject(new LambdaError('TypeError', 'it broke'));
    const config = { functionArn, retries: 1, maxAgeSeconds: 3600, onFailureArn: letters };
    const { denied, errors, sent, bridge } = begin(1, failing, {
      rules: [onUpload],
      asynchronousInvocations: [config],
    });
    bridge.publish(uploaded);
    await bridge.settled();
    expect(sent().map(({ body }) => JSON.parse(body))).toMatchObject([
      {
        requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 2 },
        requestPayload: uploaded,
        responsePayload: { errorType: 'TypeError', errorMessage: 'it broke' },
      },
    ]);
    denied.push('sqs:SendMessage');
    bridge.publish(uploaded);
    await bridge.settled();
    expect(sent()).toHaveLength(1);
    expect(errors.at(-1)).toMatchObject({ message: expect.stringContaining('may not sqs:SendMessage') });
  });

  it('grows too old for another attempt', async () => {
    const failing = async () => Promise.reject(new LambdaError('Error', 'it broke'));
    const config = { functionArn, retries: 2, maxAgeSeconds: 60, onFailureArn: letters };
    const { calls, sent, bridge } = begin(1, failing, {
      rules: [onUpload],
      asynchronousInvocations: [config],
    });
    bridge.publish(uploaded);
    await bridge.settled();
    expect(calls).toHaveLength(2);
    expect(JSON.parse(sent()[0]?.body ?? '')).toMatchObject({
      requestContext: { condition: 'EventAgeExceeded' },
    });
  });

  it('that a function does not take from the rule is not brought again, and goes to the dead letters', async () => {
    const refusing = async () => Promise.reject(new AwsError('AccessDeniedException', 403, 'it may not'));
    const { calls, sent, bridge } = begin(1, refusing, { rules: [onUpload] });
    bridge.publish(uploaded);
    await bridge.settled();
    expect(calls).toHaveLength(1);
    expect(sent()).toMatchObject([
      {
        body: JSON.stringify(uploaded),
        attributes: {
          RULE_ARN: onUpload.arn,
          TARGET_ARN: functionArn,
          ERROR_CODE: 'AccessDeniedException',
          ERROR_MESSAGE: 'it may not',
        },
      },
    ]);
  });

  it('is lost with an error message when the queue does not let the rule send', async () => {
    const refusing = async () => Promise.reject(new AwsError('AccessDeniedException', 403, 'it may not'));
    const stranger = { ...onUpload, arn: arn('events', 'rule/stranger') };
    const { errors, sent, bridge } = begin(1, refusing, { rules: [stranger] });
    bridge.publish(uploaded);
    await bridge.settled();
    expect(sent()).toEqual([]);
    expect(errors[1]).toMatchObject({
      message: expect.stringContaining('does not let events.amazonaws.com'),
    });
  });
});
