import { randomUUID } from 'node:crypto';
import type { Clock } from '../local-servers/clock.ts';
import type { Assembly, Rule } from './assembly.ts';
import type { ServiceHandler } from './aws-endpoint.ts';
import { createDelivery } from './event-bridge/delivery.ts';
import { type BusEvent, readPattern } from './event-bridge/pattern.ts';
import { createPutEvents, isoSeconds } from './event-bridge/put-events.ts';
import type { Access } from './iam.ts';
import type { Lambda } from './lambda.ts';
import type { Queues } from './sqs.ts';

export type { BusEvent };

export interface EventBridgeOptions {
  readonly assembly: Pick<
    Assembly,
    'rules' | 'buses' | 'functions' | 'asynchronousInvocations' | 'region' | 'account'
  >;
  readonly access: Pick<Access, 'check'>;
  readonly lambda: Pick<Lambda, 'invoke'>;
  readonly queues: Pick<Queues, 'send'>;
  readonly clock: Pick<Clock, 'now' | 'sleep' | 'speed'>;
  /** Called for every invocation that failed; the next one comes all the same. */
  readonly onError: (error: unknown) => void;
}

/** Buses, rules and schedules of the template. */
export interface EventBridge {
  /** PutEvents. */
  readonly handler: ServiceHandler;
  /** Takes an event to the rules of a bus, as a service of AWS does; its targets are called in the background. */
  publish(event: BusEvent, busName?: string): void;
  /** Is shown every event that reaches a bus, in their order; gives what ends that. */
  listen(listener: (event: BusEvent) => void): () => void;
  /** Resolves when no event is on its way to a function any more. */
  settled(): Promise<void>;
  /**
   * Begins to call the targets of schedules.
   * @param afterMs milliseconds of wall time until the first call; at once unless given
   */
  startSchedules(afterMs?: number): void;
  close(): void;
}

/** Milliseconds of wall time between two calls of a schedule, at least, however fast the clock runs. */
const shortest = 5000;

/**
 * EventBridge in front of the template's functions.
 * @throws Error for an event pattern that the local runtime does not know
 */
export function createEventBridge(options: EventBridgeOptions): EventBridge {
  const { assembly, access, clock } = options;
  const end = new AbortController();
  const deliver = createDelivery({ ...options, signal: end.signal });
  const underWay = new Map<Promise<void>, Rule>();
  const send = (event: BusEvent, rule: Rule, target: Rule['targets'][number]) => {
    const delivery = deliver(event, rule, target).finally(() => underWay.delete(delivery));
    underWay.set(delivery, rule);
  };

  const patterns = assembly.rules.flatMap((rule) =>
    rule.pattern === undefined ? [] : [{ rule, matches: readPattern(rule.pattern) }],
  );
  const listeners = new Set<(event: BusEvent) => void>();
  const publish = (event: BusEvent, busName = 'default') => {
    if (end.signal.aborted) return;
    for (const listener of listeners) listener(event);
    for (const { rule, matches } of patterns) {
      if (rule.busName !== busName || !matches(event)) continue;
      for (const target of rule.targets) send(event, rule, target);
    }
  };

  const timers: NodeJS.Timeout[] = [];
  const startSchedule = (rule: Rule, everySeconds: number) => {
    const callAll = () => {
      // A call that goes on is not joined by a second one.
      if ([...underWay.values()].includes(rule)) return;
      for (const target of rule.targets) send(scheduledEvent(rule, assembly, clock.now()), rule, target);
    };
    callAll();
    if (!Number.isFinite(clock.speed)) return;
    timers.push(setInterval(callAll, Math.max((everySeconds * 1000) / clock.speed, shortest)).unref());
  };

  return {
    handler: createPutEvents({ assembly, access, now: clock.now, publish }),
    publish,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay.keys());
    },
    /**
     * Each is due at once, because this machine was off before, and then at its rate, on a clock that really
     * runs; a virtual one would jump from call to call and never come to rest.
     */
    startSchedules(afterMs = 0) {
      const start = () => {
        for (const rule of assembly.rules) {
          if (rule.everySeconds !== undefined) startSchedule(rule, rule.everySeconds);
        }
      };
      if (afterMs === 0) start();
      else timers.push(setTimeout(start, afterMs).unref());
    },
    close() {
      end.abort();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** The event of a schedule (documented: "Scheduled events"). */
const scheduledEvent = (
  { arn }: Rule,
  { region, account }: { region: string; account: string },
  now: number,
): BusEvent => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account,
  time: isoSeconds(now),
  region,
  resources: [arn],
  detail: {},
});
