import { z } from 'zod';
import { readyShape } from '../../local/stack/ready-file.ts';

/** Seconds after which an unused worker of a stack whose clock jumps is ended. */
export const workersIdleSeconds = 10;

export const optionsShape = z.object({
  home: z.string(),
  /** Directory of the cloud assembly. */
  assembly: z.string(),
  speed: z.number(),
  /** The clock jumps to the next moment at which something is due; the speed does not count then. */
  jumps: z.boolean(),
});

/** What the process of a stack holds and has done since its start. */
const usageShape = z.object({
  /** Executions that run. */
  running: z.number(),
  /** Bytes. */
  rss: z.number(),
  /** Of them, without mapped files. */
  anonymous: z.number(),
  heapUsed: z.number(),
  cpuSeconds: z.number(),
  /** Delay of the event loop in milliseconds, sampled every 10 ms. */
  loop: z.object({ p50: z.number(), p99: z.number(), max: z.number() }),
  used: z.object({
    invocations: z.number(),
    milliseconds: z.number(),
    gigabyteSeconds: z.number(),
    transitions: z.number(),
    historyBytes: z.number(),
  }),
  /** Requests by the permission that they need. */
  calls: z.record(z.string(), z.number()),
});

export type Usage = z.infer<typeof usageShape>;

export const messageShape = z.union([
  z.object({ ready: readyShape, table: z.string() }),
  z.object({ usage: usageShape }),
]);
