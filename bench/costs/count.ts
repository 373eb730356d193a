import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import type { SessionKind } from '../../functions/shared/state-contracts.ts';
import { startStack } from '../../local/stack.ts';
import { virtualClock } from '../../packages/local-servers/clock.ts';
import { countCalls } from './calls.ts';
import { itemSizes, writesPerSessionWrite } from './item-sizes.ts';
import { runs } from './runs.ts';

/** What one session has used. */
export interface Counts {
  /** Tracks, files, or clips of music. */
  readonly pieces: number;
  /** From start to end, in the provider's time. */
  readonly seconds: number;
  readonly transitions: number;
  readonly invocations: number;
  readonly milliseconds: number;
  readonly gigabyteSeconds: number;
  readonly writes: number;
  /** Units of 1 KB, if every write were of the largest item. */
  readonly writeUnits: number;
  readonly reads: number;
  /** Units of 4 KB, if every query were of the whole session. */
  readonly readUnits: number;
  /** Units of one query of the whole session. */
  readonly sessionUnits: number;
  readonly puts: number;
  readonly gets: number;
  /** What is kept in the bucket, and leaves it once. */
  readonly audioBytes: number;
  readonly apiRequests: number;
  readonly secretCalls: number;
  readonly events: number;
  readonly logBytes: number;
}

/** What the times were measured on: cores, and processes that wanted one in the last 5 minutes. */
export interface MeasuredOn {
  readonly cores: number;
  readonly load: number;
}

export const measuredOn = (): MeasuredOn => ({ cores: availableParallelism(), load: loadavg()[1] ?? 0 });

/** Bytes of the access log's line for one request, as its format has it (infra/constructs/session-api.ts). */
const accessLogBytes = 350;
/**
 * Runs one session of a kind on a stack of its own, and counts. On a clock that jumps: a busy machine takes longer
 * and counts the same, but for the jitter of the first checks. Only the times of functions are the machine's.
 * @throws Error when it does not end well: the counts would not be of a whole run
 */
export async function countOneSession(kind: SessionKind): Promise<Counts> {
  const home = mkdtempSync(path.join(tmpdir(), 'chirpsmith-costs-'));
  const counted = countCalls();
  const clock = virtualClock(Date.now());
  const stack = await startStack({
    home,
    port: 0,
    speed: 1,
    clock,
    sandbox: { seed: 'costs' },
    workers: { perFunction: 8, total: 40 },
    schedules: false,
    meter: counted.meter,
  });
  try {
    const run = await runs[kind](stack.ready, { clock, folder: path.join(home, 'samples') });
    const called = counted.of;
    const writes = called('dynamodb:PutItem', 'dynamodb:UpdateItem');
    const items = called('dynamodb:GetItem');
    const queries = called('dynamodb:Query');
    const requests = {
      puts: called('s3:PutObject'),
      gets: called('s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket'),
      secretCalls: called('secretsmanager:GetSecretValue'),
      events: called('events:PutEvents'),
    };
    const { historyBytes, ...used } = counted.used;
    const sizes = await itemSizes(stack.ready, stack.assembly.tables[0]?.name, run.sessionId);
    await stack.close();
    const largest = Math.max(...sizes);
    const whole = sizes.reduce((sum, size) => sum + size, 0);
    return {
      ...used,
      ...requests,
      pieces: run.pieces,
      seconds: run.seconds,
      writes,
      writeUnits: writes * Math.ceil(largest / 1024) * writesPerSessionWrite,
      reads: items + queries,
      sessionUnits: Math.ceil(whole / 4096),
      readUnits: items * Math.ceil(largest / 4096) + queries * Math.ceil(whole / 4096),
      audioBytes: run.audioBytes,
      apiRequests: run.requests,
      logBytes: bytesOfLogs(path.join(home, 'log')) + historyBytes + run.requests * accessLogBytes,
    };
  } finally {
    await stack.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** What the functions have logged; the other logs are the local stack's own. */
function bytesOfLogs(directory: string): number {
  return readdirSync(directory)
    .filter((name) => name.startsWith('chirpsmith-'))
    .reduce((sum, name) => sum + statSync(path.join(directory, name)).size, 0);
}
