import type { Meter } from '../../local/stack/meter.ts';

/** What a stack has used of AWS, and the meter that counts it. */
export interface CountedCalls {
  readonly meter: Meter;
  readonly used: {
    invocations: number;
    milliseconds: number;
    gigabyteSeconds: number;
    transitions: number;
    historyBytes: number;
  };
  /** Requests by the permission that they need. */
  readonly calls: ReadonlyMap<string, number>;
  /** Requests that need one of these permissions. */
  of(...actions: readonly string[]): number;
}

export function countCalls(): CountedCalls {
  const calls = new Map<string, number>();
  const used = { invocations: 0, milliseconds: 0, gigabyteSeconds: 0, transitions: 0, historyBytes: 0 };
  return {
    used,
    calls,
    of: (...actions) => actions.reduce((sum, action) => sum + (calls.get(action) ?? 0), 0),
    meter: {
      call: (action) => calls.set(action, (calls.get(action) ?? 0) + 1),
      invocation({ memoryMb }, ms) {
        used.invocations += 1;
        used.milliseconds += ms;
        used.gigabyteSeconds += (ms / 1000) * (memoryMb / 1024);
      },
      event(event) {
        if (event.type.endsWith('StateEntered')) used.transitions += 1;
        used.historyBytes += JSON.stringify(event).length;
      },
    },
  };
}
