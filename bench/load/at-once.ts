import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mapConcurrent } from '../../functions/shared/map-concurrent.ts';
import { sandboxSpeed } from '../../local/provider-time.ts';
import type { TestFile } from '../../test-support/local-stack.ts';
import { peakMegabytes } from '../batch/command.ts';
import { apiUser } from './client.ts';
import { startMeasuredStack } from './measured-stack.ts';
import { type PerSession, perSession } from './per-session.ts';
import { untilIdle } from './until-idle.ts';
import type { Usage } from './usage.ts';

/** What sessions that were started at once came to. */
export interface AtOnce {
  readonly sessions: number;
  readonly ready: number;
  /** Why those have failed that have no model. */
  readonly failures: readonly string[];
  /** From the first request to start until the last execution has ended. */
  readonly seconds: number;
  /** Of the stack's process. */
  readonly peakMegabytes: number;
  readonly loop: Usage['loop'];
  readonly perSession: PerSession;
}

/** Sessions whose files are sent at once while they are prepared. */
const lanes = 4;
const lookMs = 250;

/** Starts so many sessions of these files at once, at the default speed of the local stack. */
export async function runAtOnce(
  sessions: number,
  files: readonly TestFile[],
  { assembly, log }: { assembly: string; log: (line: string) => void },
): Promise<AtOnce> {
  const home = mkdtempSync(path.join(tmpdir(), 'chirpsmith-load-'));
  const stack = await startMeasuredStack({ home, assembly, speed: sandboxSpeed, jumps: false });
  try {
    const user = apiUser(stack.ready);
    const ids = await mapConcurrent(Array(sessions).fill(undefined), lanes, () => user.upload(files));
    log(`${sessions} sessions of ${files.length} tracks are uploaded`);
    const before = await stack.usage();
    const began = performance.now();
    await Promise.all(ids.map((id) => user.start(id)));
    log(`started within ${((performance.now() - began) / 1000).toFixed(1)} s`);
    await untilIdle(stack, lookMs);
    const seconds = (performance.now() - began) / 1000;
    const after = await stack.usage();
    const peak = await peakMegabytes(stack.pid);
    const ended = await mapConcurrent(ids, lanes, (id) => user.session(id));
    const failures = ended.flatMap(({ status, failure }) =>
      status === 'ready' ? [] : [`${status}: ${failure?.reason ?? 'no reason'}`],
    );
    return {
      sessions,
      ready: sessions - failures.length,
      failures,
      seconds,
      peakMegabytes: peak,
      loop: after.loop,
      perSession: await perSession(stack, ids[0] ?? '', { before, after, sessions }),
    };
  } finally {
    await stack.kill();
    rmSync(home, { recursive: true, force: true });
  }
}
