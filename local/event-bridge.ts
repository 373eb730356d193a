import { randomUUID } from 'node:crypto';
import type { Assembly, Schedule } from './assembly.ts';
import type { Clock } from './clock.ts';
import type { Lambda } from './lambda.ts';

export interface EventBridgeOptions {
  readonly assembly: Pick<Assembly, 'schedules' | 'region' | 'account'>;
  readonly lambda: Pick<Lambda, 'invoke'>;
  readonly clock: Pick<Clock, 'now' | 'speed'>;
  /** Told of every invocation that failed; the next one comes all the same. */
  readonly onError: (error: unknown) => void;
}

/** Milliseconds of wall time between two calls, at least, however fast the clock runs. */
const shortest = 5000;

/**
 * The schedules of the template. Each calls its functions at once, because this machine was off before, and then
 * at its rate, on a clock that really runs; a virtual one would jump from call to call and never come to rest.
 */
export function startEventBridge({ assembly, lambda, clock, onError }: EventBridgeOptions): {
  close(): void;
} {
  let closed = false;
  const underWay = new Set<string>();

  const call = async (schedule: Schedule, functionArn: string) => {
    const key = `${schedule.arn} ${functionArn}`;
    if (underWay.has(key)) return;
    underWay.add(key);
    try {
      const by = { principal: 'events.amazonaws.com', sourceArn: schedule.arn };
      await lambda.invoke(functionArn, eventOf(schedule, assembly, clock.now()), by);
    } catch (error) {
      if (!closed) onError(error);
    } finally {
      underWay.delete(key);
    }
  };

  const timers = assembly.schedules.flatMap((schedule) => {
    const callAll = () => {
      for (const functionArn of schedule.functionArns) void call(schedule, functionArn);
    };
    callAll();
    if (!Number.isFinite(clock.speed)) return [];
    const every = Math.max((schedule.everySeconds * 1000) / clock.speed, shortest);
    return [setInterval(callAll, every).unref()];
  });
  return {
    close() {
      closed = true;
      for (const timer of timers) clearInterval(timer);
    },
  };
}

/** The event of a schedule (documented: "Scheduled events"). */
const eventOf = (
  { arn }: Schedule,
  { region, account }: { region: string; account: string },
  now: number,
) => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account,
  time: new Date(now).toISOString().replace(/\.\d{3}Z$/, 'Z'),
  region,
  resources: [arn],
  detail: {},
});
