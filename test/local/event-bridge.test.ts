import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startEventBridge } from '../../local/event-bridge.ts';
import type { Invoker } from '../../local/lambda.ts';

const schedule = {
  name: 'look-after',
  arn: 'arn:aws:events:us-east-1:123456789012:rule/look-after',
  everySeconds: 900,
  functionArns: ['arn:aws:lambda:us-east-1:123456789012:function:look-after'],
};
const quarter = 900_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** EventBridge in front of a function that a test plays. */
function begin(speed: number, play: () => Promise<unknown> = async () => undefined) {
  const calls: { functionArn: string; payload: unknown; by: Invoker }[] = [];
  const errors: unknown[] = [];
  const bridge = startEventBridge({
    assembly: { schedules: [schedule], region: 'us-east-1', account: '123456789012' },
    clock: { speed, now: () => Date.UTC(2026, 10, 21, 3) },
    lambda: {
      invoke: (functionArn, payload, by) => {
        calls.push({ functionArn, payload, by });
        return play();
      },
    },
    onError: (error) => errors.push(error),
  });
  return { calls, errors, bridge };
}

describe('a schedule of the template', () => {
  it('is due at once, because this machine may have been off for long', () => {
    const { calls, bridge } = begin(1);
    expect(calls).toEqual([
      {
        functionArn: schedule.functionArns[0],
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

  it.each([
    [1, quarter],
    [20, quarter / 20],
    [10_000, 5000],
  ])('at speed %i comes round every %i ms of wall time', async (speed, every) => {
    const { calls, bridge } = begin(speed);
    await vi.advanceTimersByTimeAsync(every - 1);
    expect(calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1 + 3 * every);
    expect(calls).toHaveLength(5);
    bridge.close();
  });

  it('on a virtual clock is due at the start only, or the clock would never come to rest', async () => {
    const { calls } = begin(Number.POSITIVE_INFINITY);
    await vi.advanceTimersByTimeAsync(10 * quarter);
    expect(calls).toHaveLength(1);
  });

  it('is not called again while its last call goes on', async () => {
    const { calls, bridge } = begin(1, () => new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(3 * quarter);
    expect(calls).toHaveLength(1);
    bridge.close();
  });

  it('reports a call that failed, and comes round all the same', async () => {
    const { calls, errors, bridge } = begin(1, async () => {
      throw new Error('it broke');
    });
    await vi.advanceTimersByTimeAsync(quarter);
    expect(calls).toHaveLength(2);
    expect(errors).toEqual([new Error('it broke'), new Error('it broke')]);
    bridge.close();
  });

  it('keeps quiet when the stack ends under it, and does not come round any more', async () => {
    let fail = (_: Error) => {};
    const { calls, errors, bridge } = begin(1, () => new Promise((_, reject) => (fail = reject)));
    bridge.close();
    fail(new Error('the local runtime is stopping'));
    await vi.advanceTimersByTimeAsync(2 * quarter);
    expect(calls).toHaveLength(1);
    expect(errors).toEqual([]);
  });
});
