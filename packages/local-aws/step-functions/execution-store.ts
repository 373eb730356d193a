import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { HistoryEvent } from './history.ts';

const recordShape = z.object({
  /** Grows with every start; the newest is first in a list. */
  sequence: z.number(),
  executionArn: z.string(),
  stateMachineArn: z.string(),
  name: z.string(),
  status: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']),
  /** Milliseconds since the epoch, by the clock of the stack. */
  startDate: z.number(),
  stopDate: z.number().optional(),
  /** JSON, as it was given. */
  input: z.string(),
  output: z.string().optional(),
  error: z.string().optional(),
  cause: z.string().optional(),
});

export type ExecutionRecord = z.infer<typeof recordShape>;

const eventShape = z.looseObject({
  id: z.number(),
  previousEventId: z.number(),
  type: z.string(),
  timestamp: z.number(),
});

/**
 * Executions on disk: a small file for each, replaced as a whole, and its history, which only grows. Writing
 * is synchronous, so that what was answered is on disk; events are gathered for a tenth of a second.
 */
export interface ExecutionStore {
  /** All executions of earlier runs, oldest first. */
  readonly records: readonly ExecutionRecord[];
  /** Replaces the record on disk; drops it when the folder of the store was deleted. */
  save(record: ExecutionRecord): void;
  append(record: ExecutionRecord, event: HistoryEvent): void;
  history(record: ExecutionRecord): HistoryEvent[];
  /** Writes what was gathered; drops it when the folder of the store was deleted. */
  flush(): void;
  close(): void;
}

const flushEveryMs = 100;

export function openExecutionStore(directory: string): ExecutionStore {
  mkdirSync(directory, { recursive: true });
  const file = ({ sequence }: Pick<ExecutionRecord, 'sequence'>, extension: string) =>
    path.join(directory, `${String(sequence).padStart(8, '0')}.${extension}`);
  const gathered = new Map<string, string[]>();
  const flush = () => {
    try {
      for (const [name, lines] of gathered) {
        appendFileSync(name, lines.join(''));
        gathered.delete(name);
      }
    } catch (error) {
      // What cannot be written now, as on a full disk, is tried again. A folder that was deleted does not come back.
      if (existsSync(directory)) throw error;
      clearInterval(timer);
      gathered.clear();
    }
  };
  const timer = setInterval(flush, flushEveryMs);
  timer.unref();

  return {
    records: readdirSync(directory)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => recordShape.parse(JSON.parse(readFileSync(path.join(directory, name), 'utf8')))),
    save(record) {
      const target = file(record, 'json');
      try {
        writeFileSync(`${target}.new`, JSON.stringify(record), { mode: 0o600 });
        renameSync(`${target}.new`, target);
      } catch (error) {
        // An execution may end after the home was deleted: nobody can read its record any more.
        if (existsSync(directory)) throw error;
      }
    },
    append(record, event) {
      const name = file(record, 'jsonl');
      const lines = gathered.get(name) ?? [];
      lines.push(`${JSON.stringify(event)}\n`);
      gathered.set(name, lines);
    },
    history(record) {
      flush();
      return readEvents(file(record, 'jsonl'));
    },
    flush,
    close() {
      clearInterval(timer);
      flush();
    },
  };
}

/** The whole lines of a history; half a line, left by a kill in the middle of a write, is cut off. */
function readEvents(file: string): HistoryEvent[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
  return whole
    .split('\n')
    .filter(Boolean)
    .map((line) => eventShape.parse(JSON.parse(line)));
}
