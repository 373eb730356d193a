import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { explainFileError } from '../../packages/local-servers/file-errors.ts';
import { inOneLine, type Shown, shown } from '../../packages/terminal/printable.ts';
import { complain, type WriteLine } from '../../packages/terminal/standard-streams.ts';

/** Bytes after which a log is rotated; the previous one is kept as `<name>.log.1`. */
const longest = 4 * 1024 * 1024;
const flushEveryMs = 200;

export interface Logs {
  /** Adds a line to `<name>.log`. What others wrote in it cannot begin another one, nor act where it is shown. */
  write(name: string, line: string): void;
  /** Writes what was gathered; it is done by itself after a moment. */
  flush(): void;
  close(): void;
}

/**
 * Text files that never grow beyond twice {@link longest}. Lines are gathered for a moment. A log that cannot be written
 * loses them and ends nothing: that is reported once, and again only when it could be written in between.
 * @param report where such an error goes, in one line; standard error unless given
 * @throws the system's error when the directory cannot be made
 */
export function openLogs(directory: string, report: WriteLine = complain): Logs {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const gathered = new Map<string, string[]>();
  const failing = new Set<string>();
  const unreported = new Set<Shown>();
  const append = (name: string, text: string) => {
    const file = path.join(directory, `${name}.log`);
    try {
      appendFileSync(file, text, { mode: 0o600 });
      if (statSync(file).size > longest) renameSync(file, `${file}.1`);
      failing.delete(name);
    } catch (error) {
      if (failing.has(name)) return;
      failing.add(name);
      const reason = explainFileError(error, [{ name: 'CHIRPSMITH_HOME', path: directory }]) ?? String(error);
      unreported.add(shown`A log is not written. ${reason}`);
    }
  };
  /**
   * Errors are reported a flush later: the home may be in the middle of its deletion, which takes some moments. The process
   * that runs the stack reports a deletion once for everything in the home.
   */
  const reportErrors = () => {
    if (existsSync(path.dirname(directory))) for (const line of unreported) report(line);
    unreported.clear();
  };
  const flush = () => {
    reportErrors();
    for (const [name, lines] of gathered) append(name, lines.join(''));
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
    flush,
    close() {
      clearInterval(timer);
      flush();
      reportErrors();
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
