import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { z } from 'zod';

/** When and on what something was measured. */
const where = {
  /** ISO, to the day. */
  date: z.string(),
  cores: z.number(),
  /** Processes that wanted a core in the last five minutes, these among them. */
  waiting: z.number(),
};

const loadShape = z.object({
  ...where,
  tracks: z.number(),
  atOnce: z.array(
    z.object({
      sessions: z.number(),
      ready: z.number(),
      seconds: z.number(),
      peakMegabytes: z.number(),
      loop: z.object({ p50: z.number(), p99: z.number(), max: z.number() }),
      perSession: z.object({
        cpuSeconds: z.number(),
        transitions: z.number(),
        invocations: z.number(),
        requests: z.number(),
        dollars: z.number(),
      }),
    }),
  ),
});
const rowShape = z.object({
  ...where,
  tracks: z.number(),
  inARow: z.array(
    z.object({
      sessions: z.number(),
      rssMegabytes: z.number(),
      anonymousMegabytes: z.number(),
      heapMegabytes: z.number(),
    }),
  ),
});
const listsShape = z.object({
  ...where,
  tracks: z.number(),
  lists: z.array(
    z.object({
      what: z.string(),
      sessions: z.number(),
      /** Milliseconds. */
      p50: z.number(),
      p95: z.number(),
      /** Records read, and DynamoDB's units for them. */
      items: z.number(),
      units: z.number(),
    }),
  ),
});
const batchShape = z.object({
  ...where,
  files: z.number(),
  /** From the command to its last line. */
  seconds: z.number(),
  /** Of the provider, times the wall's. */
  speed: z.number(),
  /** To the provider. */
  calls: z.number(),
  peakMegabytes: z.number(),
  cpuSeconds: z.number(),
  transitions: z.number(),
  invocations: z.number(),
  requests: z.number(),
  dollars: z.number(),
});
const toolShape = z.object({
  ...where,
  /** Seconds. */
  synthCold: z.number(),
  synthWarm: z.number(),
  listeningCold: z.number(),
  listeningWarm: z.number(),
  train: z.object({
    whole: z.number(),
    /** Longest upload and training of the provider, divided by the speed. */
    provider: z.number(),
    beyond: z.number(),
  }),
});

const shapes = {
  load: loadShape,
  memory: rowShape,
  lists: listsShape,
  batch: batchShape,
  tool: toolShape,
} as const;
type Shapes = typeof shapes;

export type MeasuredLoad = z.infer<typeof loadShape>;
export type MeasuredMemory = z.infer<typeof rowShape>;
export type MeasuredLists = z.infer<typeof listsShape>;
export type MeasuredBatch = z.infer<typeof batchShape>;
export type MeasuredTool = z.infer<typeof toolShape>;

const fileOf = (name: keyof Shapes) => new URL(`../../docs/performance/${name}.json`, import.meta.url);

/** What `npm run bench` shows of measurements that take long, and are not made again for it. */
export function readMeasured<N extends keyof Shapes>(name: N): z.infer<Shapes[N]> | undefined {
  const file = fileOf(name);
  return existsSync(file)
    ? (shapes[name].parse(JSON.parse(readFileSync(file, 'utf8'))) as z.infer<Shapes[N]>)
    : undefined;
}

export function keepMeasured<N extends keyof Shapes>(
  name: N,
  found: Omit<z.infer<Shapes[N]>, keyof typeof where>,
): void {
  mkdirSync(new URL('.', fileOf(name)), { recursive: true });
  const here = {
    date: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    waiting: Math.round(10 * (loadavg()[1] ?? 0)) / 10,
  };
  writeFileSync(fileOf(name), `${JSON.stringify(shapes[name].parse({ ...here, ...found }), null, 2)}\n`);
}

/** "on 2026-11-27, on 2 cores for which up to 3.4 processes waited" */
export const measuredWhere = (found: { date: string; cores: number; waiting: number }): string =>
  `on ${found.date}, on ${found.cores} cores for which up to ${found.waiting} processes waited`;
