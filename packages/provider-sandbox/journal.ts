import { closeSync, mkdirSync, openSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { appendLine } from '../local-servers/append-line.ts';
import { ledgerEntrySchema } from './ledger.ts';
import { fetchedSchema, taskSchema } from './task.ts';

/** What one line of the journal can change. Everything in a line happened at once. */
export const changeSchema = z.object({
  /** The sandbox was opened for the first time. */
  opened: z.object({ seed: z.string(), credits: z.number() }).optional(),
  session: z
    .object({
      sessionId: z.string(),
      kind: z.literal('batch').optional(),
      account: z.string(),
      at: z.number().int(),
    })
    .optional(),
  task: taskSchema.optional(),
  persona: z.object({ personaId: z.string(), clipId: z.string() }).optional(),
  /** Clips that a person has unlocked. */
  unlocked: z.array(z.string()).optional(),
  fetched: fetchedSchema.extend({ taskId: z.string() }).optional(),
  /** The balance was set from outside. */
  balance: z.number().optional(),
  call: ledgerEntrySchema.optional(),
});

export type Change = z.infer<typeof changeSchema>;

export interface Journal {
  /** What earlier runs recorded, in order. */
  readonly past: readonly Change[];
  /** On return the change is with the operating system: a killed process does not lose it. */
  append(change: Change): void;
  close(): void;
}

/** A journal that forgets. */
export const noJournal: Journal = { past: [], append: () => {}, close: () => {} };

/**
 * Opens `<directory>/journal.jsonl`, one change a line. A last line without its end was cut off by a kill
 * before any client was answered, and is dropped.
 * @throws when any other line cannot be read, naming it
 */
export function openJournal(directory: string): Journal {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'journal.jsonl');
  const fd = openSync(file, 'a+', 0o600);
  const bytes = readFileSync(file);
  const whole = bytes.lastIndexOf(0x0a) + 1;
  if (whole < bytes.length) truncateSync(file, whole);
  const lines = bytes.toString('utf8', 0, whole).split('\n').slice(0, -1);
  const past = lines.map((line, index) => {
    try {
      return changeSchema.parse(JSON.parse(line));
    } catch (cause) {
      throw new Error(`The sandbox cannot read line ${index + 1} of ${file}.`, { cause });
    }
  });
  return {
    past,
    append: (change) => appendLine(fd, JSON.stringify(change)),
    close: () => closeSync(fd),
  };
}
