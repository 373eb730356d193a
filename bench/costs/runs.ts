import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type ApiClient, createApiClient } from '../../cli/api-client.ts';
import { localTokens } from '../../cli/tokens.ts';
import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import { retryAfter } from '../../functions/api/session-response.ts';
import { isRunning } from '../../functions/domain/session.ts';
import { defaultSettings } from '../../functions/shared/settings.ts';
import type { SessionKind } from '../../functions/shared/state-contracts.ts';
import type { ReadyInfo } from '../../local/stack/ready-file.ts';
import type { Clock } from '../../packages/local-servers/clock.ts';
import { makeSamples } from '../../packages/sample-music/make-samples.ts';

/** A session that has ended well. */
interface Run {
  readonly sessionId: string;
  readonly pieces: number;
  /** From its start to its end, by the clock of the stack. */
  readonly seconds: number;
  readonly audioBytes: number;
  /** To the API. */
  readonly requests: number;
}

interface RunOptions {
  readonly clock: Clock;
  /** Where samples may be made. */
  readonly folder: string;
}

/** What the command line does for a session of each kind: every request, looking as often as the API says. */
export const runs: Readonly<Record<SessionKind, (ready: ReadyInfo, options: RunOptions) => Promise<Run>>> = {
  train: (ready, options) => uploaded('train', ready, options),
  batch: (ready, options) => uploaded('batch', ready, options),
  music,
};

async function uploaded(
  kind: 'train' | 'batch',
  ready: ReadyInfo,
  { clock, folder }: RunOptions,
): Promise<Run> {
  const { client, requests } = countingClient(ready);
  const files = (await makeSamples(folder)).map((file) => {
    const bytes = readFileSync(file);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { name: path.basename(file), size: bytes.length, sha256, bytes };
  });
  const { sessionId, uploads } = await client.createSession({
    kind,
    name: 'Costs',
    again: true,
    files: files.map(({ name, size, sha256 }) => ({ name, size, sha256 })),
    ...(kind === 'train' && { minClips: 6, skipInvalid: false, review: false }),
  });
  for (const { url, headers, file } of uploads) {
    const body = files.find(({ name }) => name === file)?.bytes;
    const answer = await fetch(url, { method: 'PUT', headers, body: body ? new Uint8Array(body) : null });
    if (!answer.ok) throw new Error(`${file} was not uploaded: ${answer.status}`);
  }
  await client.startSession(sessionId);
  const seconds = await untilReady(client, sessionId, clock);
  const audioBytes = files.reduce((sum, { size }) => sum + size, 0);
  return { sessionId, pieces: files.length, seconds, audioBytes, requests: requests() };
}

async function music(ready: ReadyInfo, { clock }: RunOptions): Promise<Run> {
  const { client, requests } = countingClient(ready);
  const wish = { model: 'chirp-v55', prompt: 'rain on a tin roof', tags: 'slow, warm' };
  const { session } = await client.createGeneration(wish);
  const { sessionId } = session;
  const seconds = await untilReady(client, sessionId, clock);
  const { downloads } = await client.getGeneration(sessionId);
  let audioBytes = 0;
  for (const { url } of downloads) audioBytes += (await (await fetch(url)).arrayBuffer()).byteLength;
  return { sessionId, pieces: downloads.length, seconds, audioBytes, requests: requests() };
}

/** Looks until the run has ended; gives the seconds since. @throws Error when it did not end well */
async function untilReady(client: ApiClient, sessionId: string, clock: Clock): Promise<number> {
  const began = clock.now();
  const waitAfter = createWaits(clock.now);
  for (;;) {
    // The clock waits for the answer, as it waits for the functions.
    const { session } = await clock.busy(() => client.getSession(sessionId));
    if (!isRunning(session)) {
      if (session.status === 'ready') return (clock.now() - began) / 1000;
      throw new Error(`The session ended as "${session.status}": ${session.failure?.reason}`);
    }
    await clock.sleep(waitAfter(session) * 1000);
  }
}

/**
 * The API's `Retry-After`, by the clock of the stack: that of its functions is the wall's, for which no time passes
 * while this one jumps.
 */
function createWaits(now: () => number): (session: SessionAnswer) => number {
  const first = new Map<string, string>();
  const since = (what: string) => {
    const at = first.get(what) ?? new Date(now()).toISOString();
    first.set(what, at);
    return at;
  };
  return ({ status, tracks }) => {
    const session = { status, create: { requestedAt: since(status) } };
    const submitted = tracks.flatMap((track) => {
      const submittedAt = since(`${track.trackId} ${track.attempts}`);
      return track.status === 'submitted' ? [submittedAt] : [];
    });
    return retryAfter(session, { tracks: tracks.length, submitted }, defaultSettings, now(), 1);
  };
}

function countingClient(ready: ReadyInfo) {
  let requests = 0;
  const client = createApiClient(ready.api, localTokens(ready, undefined), {
    fetch: (...request) => {
      requests += 1;
      return fetch(...request);
    },
  });
  return { client, requests: () => requests };
}
