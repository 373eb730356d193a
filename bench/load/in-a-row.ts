import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestFile } from '../../test-support/local-stack.ts';
import { apiUser } from './client.ts';
import { startMeasuredStack } from './measured-stack.ts';
import { untilIdle } from './until-idle.ts';
import { workersIdleSeconds } from './usage.ts';

/** What the stack holds after so many sessions, when its unused workers have ended and garbage is collected. */
export interface Held {
  readonly sessions: number;
  readonly rssMegabytes: number;
  /** Of them, without mapped files. */
  readonly anonymousMegabytes: number;
  readonly heapMegabytes: number;
}

const megabyte = 1024 * 1024;
/**
 * Seconds from the time at which a worker may end until its memory is the system's again: a second until the pool looks, and
 * eight in which V8 keeps the pages of a thread for the next one.
 */
const givenBackSeconds = 12;
/** Sessions between two looks at the memory. */
export const every = 50;

/**
 * Runs sessions of these files one after the other, on a clock that jumps, and looks at the memory of the stack's
 * process every 50 of them. @throws Error when a session has no model
 */
export async function runInARow(
  sessions: number,
  files: readonly TestFile[],
  { assembly, log }: { assembly: string; log: (held: Held) => void },
): Promise<Held[]> {
  const home = mkdtempSync(path.join(tmpdir(), 'chirpsmith-load-'));
  const stack = await startMeasuredStack({ home, assembly, speed: 1, jumps: true });
  const held: Held[] = [];
  try {
    const user = apiUser(stack.ready);
    for (let count = 1; count <= sessions; count++) {
      const id = await user.upload(files);
      await user.start(id);
      await untilIdle(stack);
      const { status, failure } = await user.session(id);
      if (status !== 'ready') throw new Error(`Session ${count}: ${status}, ${failure?.reason}`);
      if (count % every !== 0) continue;
      await delay(1000 * (workersIdleSeconds + givenBackSeconds));
      const { rss, anonymous, heapUsed } = await stack.usage('collected');
      const now = {
        sessions: count,
        rssMegabytes: rss / megabyte,
        anonymousMegabytes: anonymous / megabyte,
        heapMegabytes: heapUsed / megabyte,
      };
      held.push(now);
      log(now);
    }
    return held;
  } finally {
    await stack.kill();
    rmSync(home, { recursive: true, force: true });
  }
}
