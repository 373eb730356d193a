import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import { songs } from '../../test-support/local-stack.ts';
import { type Client, clientOf } from './client.ts';
import { createsOf, incomplete, noteUnknown, overpaid, type Watched } from './paid.ts';
import { startStackProcess } from './stack-process.ts';

export interface LaneOptions {
  /** Where the product has been synthesized; every lane's home uses the same. */
  readonly assembly: string;
  readonly speed: number;
  readonly tracks: number;
  readonly random: () => number;
  /** Kills still to be made, by all lanes together. */
  readonly kills: { left: number };
}

/** What a lane has seen. */
export interface LaneReport {
  /** Where the session stood when the stack was killed, one for each kill. */
  readonly kills: string[];
  readonly sessions: number;
  readonly violations: string[];
  readonly credits: number;
  /** Submissions that a kill left unknown, and tracks that were sent once more for it. */
  readonly unknown: number;
  readonly repeated: number;
  readonly decisions: string[];
}

/** Share of the kills that come while the stack starts; the others come while a run is under way. */
const whileStarting = 0.1;
const pollMs = 200;
/**
 * Milliseconds after which a session that is not killed any more must have its model. Over a minute: so long may
 * a record name an execution that was never started, for it is written before.
 */
const patience = 150_000;

/**
 * One home after the other's session: started, killed at a random moment, started again and gone on with by the
 * API, as often as chance says, until the session has its model.
 */
export async function runLane(options: LaneOptions): Promise<LaneReport> {
  const { random, speed } = options;
  const takeKill = () => options.kills.left > 0 && options.kills.left-- > 0;
  const home = mkdtempSync(path.join(tmpdir(), 'chirpsmith-kills-'));
  mkdirSync(home, { recursive: true });
  symlinkSync(options.assembly, path.join(home, 'assembly'));
  const report = { kills: [] as string[], violations: [] as string[], decisions: [] as string[] };
  const sessions: Watched[] = [];
  const started = performance.now();
  let stack = startStackProcess({ home, speed });
  let client = clientOf(await stack.ready);
  /** Milliseconds of a start, and of an undisturbed run. */
  const start = performance.now() - started;
  let run = 0;

  const check = async () => {
    const found = overpaid(await client.ledger(), sessions, await client.failedUploads());
    for (const violation of found)
      if (!report.violations.includes(violation)) report.violations.push(violation);
  };
  const restart = async () => {
    await stack.kill();
    stack = startStackProcess({ home, speed });
    while (random() < whileStarting && takeKill()) {
      await delay(random() * start);
      await stack.kill();
      report.kills.push('starting');
      stack = startStackProcess({ home, speed });
    }
    client = clientOf(await stack.ready);
    for (const watched of sessions) {
      // One that has its model does not change any more.
      if (watched.last?.status === 'ready') continue;
      noteUnknown(watched, await client.session(watched.sessionId));
    }
    await check();
  };

  /** Whether the session got its model before the moment came. */
  const ready = async (watched: Watched, moment: number): Promise<boolean> => {
    for (;;) {
      watched.last = await client.session(watched.sessionId);
      if (watched.last.status === 'ready') return true;
      const left = moment - performance.now();
      if (left <= 0) return false;
      await goOn(client, watched.last, report.decisions);
      await delay(Math.min(pollMs, left));
    }
  };

  const finish = async (watched: Watched): Promise<boolean> => {
    // The first one is let run, to see how long it takes.
    const kills = run === 0 ? 0 : 1 + Math.floor(random() * 6);
    const began = performance.now();
    for (let kill = 0; kill < kills && options.kills.left > 0; kill++) {
      if (await ready(watched, performance.now() + random() * run)) return true;
      if (!takeKill()) break;
      report.kills.push(watched.last?.status ?? 'open');
      await restart();
    }
    const inTime = await ready(watched, performance.now() + patience);
    if (run === 0) run = performance.now() - began;
    return inTime;
  };

  try {
    while (options.kills.left > 0) {
      const sessionId = await client.upload(songs(options.tracks));
      const watched: Watched = { sessionId, unknown: new Set() };
      sessions.push(watched);
      if (!(await finish(watched))) {
        const { status, failure } = watched.last ?? {};
        report.violations.push(`${sessionId} has no model: ${status}, ${failure?.reason ?? 'no failure'}`);
      } else if (watched.last) {
        report.violations.push(...incomplete(await client.ledger(), watched.last));
      }
      await check();
    }
    const entries = await client.ledger();
    const sent = entries.filter(({ call, taken }) => call === 'upload' && taken).length;
    return {
      ...report,
      sessions: sessions.length,
      credits: entries.reduce((sum, { credits }) => sum + credits, 0),
      unknown: sessions.reduce((sum, { unknown }) => sum + unknown.size, 0),
      repeated: sent - sessions.length * options.tracks,
    };
  } catch (error) {
    const end = stack.end();
    if (end === undefined) throw error;
    throw new Error(`The stack in ${home} ended by itself, ${end}`, { cause: error });
  } finally {
    await stack.kill();
    rmSync(home, { recursive: true, force: true });
  }
}

/** What a person would do who sees the session like this. */
async function goOn(client: Client, session: SessionAnswer, decisions: string[]): Promise<void> {
  const { sessionId, actions } = session;
  const begin = (['start', 'resume'] as const).find((action) => actions.includes(action));
  if (begin) await client.act(sessionId, begin);
  if (begin || !actions.includes('decide')) return;
  // Looked into once more; only when nothing was charged, create is sent again.
  const asked = session.decisions.at(-1)?.choice === 'check-again';
  const unpaid = createsOf(await client.ledger(), sessionId) === 0;
  const choice = asked && unpaid ? 'create-again' : 'check-again';
  if (await client.act(sessionId, 'decide', { choice })) decisions.push(choice);
}
