import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { inOneLine } from '../../functions/shared/shown.ts';

/** Bytes after which a log begins anew; the one before is kept as `<name>.log.1`. */
const longest = 4 * 1024 * 1024;
const flushEveryMs = 200;

export interface Logs {
  /** Adds a line to `<name>.log`. What others wrote in it cannot begin another one, nor act where it is shown. */
  write(name: string, line: string): void;
  close(): void;
}

/** Text files that never grow beyond twice {@link longest}. Lines are gathered for a moment. */
export function openLogs(directory: string): Logs {
  mkdirSync(directory, { recursive: true });
  const gathered = new Map<string, string[]>();
  const flush = () => {
    for (const [name, lines] of gathered) {
      const file = path.join(directory, `${name}.log`);
      appendFileSync(file, lines.join(''));
      if (statSync(file).size > longest) renameSync(file, `${file}.1`);
    }
    gathered.clear();
  };
  const timer = setInterval(flush, flushEveryMs);
  timer.unref();
  return {
    write(name, line) {
      const lines = gathered.get(name) ?? [];
      lines.push(`${inOneLine(line)}\n`);
      gathered.set(name, lines);
    },
    close() {
      clearInterval(timer);
      flush();
    },
  };
}

const loggerLine = z.looseObject({ level: z.string(), message: z.string(), reason: z.string().optional() });

/** What a function's line says when it is an error: the logger's message, and why. */
export function errorIn(line: string): string | undefined {
  try {
    const { level, message, reason } = loggerLine.parse(JSON.parse(line));
    if (!['ERROR', 'CRITICAL'].includes(level)) return undefined;
    return reason === undefined ? message : `${message}: ${reason}`;
  } catch {
    return undefined;
  }
}
