import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { type SeenMetrics, seenMetrics } from './seen-metrics.ts';

const line = z.record(z.string(), z.unknown());

export type Line = z.infer<typeof line>;

/** What the functions of a stack have written about a session whose run has ended, by the function. */
export async function linesAbout(home: string, sessionId: string): Promise<Map<string, Line[]>> {
  const directory = path.join(home, 'log');
  for (;;) {
    const files = readdirSync(directory).filter((name) => /^chirpsmith-local-.*\.log$/.test(name));
    const all = files.map((name) => {
      const texts = readFileSync(path.join(directory, name), 'utf8').split('\n').filter(Boolean);
      const parsed = texts.map((text) => line.parse(JSON.parse(text)));
      return [name, parsed.filter((it) => it.sessionId === sessionId)] as const;
    });
    const isOver = all.some(([, lines]) => lines.some((it) => it.outcome !== undefined));
    if (isOver) return new Map(all.filter(([, lines]) => lines.length > 0));
    // The local runtime gathers lines for a moment.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The metrics that CloudWatch would make of these lines. */
export function metricsIn(about: ReadonlyMap<string, readonly Line[]>): SeenMetrics {
  const seen = seenMetrics();
  for (const it of [...about.values()].flat()) seen.line(JSON.stringify(it));
  return seen;
}
