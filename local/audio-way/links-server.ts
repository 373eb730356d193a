import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { trackIdOf } from '../../functions/domain/object-keys.ts';
import type { AudioRefusal, Publication } from '../../functions/shared/audio-links.ts';
import { ChirpsmithError } from '../../functions/shared/errors.ts';
import { serveOnLoopback } from '../../packages/local-servers/loopback.ts';
import type { AudioObject, AudioWay, AudioWayProblem, CopyProgress } from './audio-way.ts';
import { type CheckedLinksOptions, checkedLinks } from './checked-links.ts';
import type { KeptCopies } from './leftovers.ts';

/** For how long a good probe counts: a run begins soon after its command has asked. */
const goodForMs = 5 * 60_000;

interface Copying {
  readonly files: Map<string, { at: CopyProgress; readonly size: number }>;
  readonly ended: Promise<void>;
  done: boolean;
  refusal?: unknown;
}

type Reply = { readonly status: number; readonly body: object };

/**
 * Serves functions and the command line on loopback: links to audio, the probe, and the copying of a session's files.
 * Its URL holds a secret that other programs of this machine cannot guess.
 * @param options.way undefined when the provider is elsewhere and no way was named: `problem` answers everything then
 */
export async function startLinksServer({
  way,
  problem,
  list,
  open,
  remove = async () => undefined,
  fetch,
  pause,
  logFile,
  log,
}: Pick<CheckedLinksOptions, 'open' | 'fetch' | 'pause'> & {
  readonly way: AudioWay | undefined;
  readonly problem: AudioWayProblem;
  /** The files of a session. */
  list(sessionId: string): Promise<readonly AudioObject[]>;
  /** Removes the copies of a session, or says until when they are kept. A way without copies needs none. */
  remove?: ((sessionId: string) => Promise<KeptCopies | undefined>) | undefined;
  /** Path of the log, for the answer to an error of ours. */
  readonly logFile?: string;
  log(line: string): void;
}): Promise<{ url: string; close(): Promise<void> }> {
  const closing = new AbortController();
  const links = way && checkedLinks({ way, open, fetch, pause, signal: closing.signal });
  const copyings = new Map<string, Copying>();
  const check = checkedOnce(way ? () => way.check(closing.signal) : async () => problem);

  const copy = async (sessionId: string, trackIds: readonly string[]): Promise<Copying> => {
    const objects = (await list(sessionId)).filter(({ key }) => trackIds.includes(trackIdOf(key)));
    const files = new Map(objects.map(({ key, size = 0 }) => [key, { at: { sent: 0 }, size }]));
    const progress = (key: string, at: CopyProgress) => {
      const file = files.get(key);
      if (file) file.at = at;
    };
    const ended = way?.publish(sessionId, objects, progress, closing.signal) ?? Promise.resolve();
    const copying: Copying = {
      files,
      done: false,
      ended: ended.then(
        () => {
          copying.done = true;
        },
        (error: unknown) => {
          copying.refusal = error;
        },
      ),
    };
    return copying;
  };

  const answer = async (method: string, path: string, query: URLSearchParams): Promise<Reply> => {
    const sessionId = query.get('session') ?? '';
    if (method === 'POST' && path === 'check') {
      const found = await check(query.has('fresh'));
      const note = way?.note?.();
      return found ? { status: 409, body: refusalBody(found) } : { status: 200, body: { note } };
    }
    if (!links) return { status: 409, body: refusalBody(problem) };
    if (method === 'GET' && path === 'link') {
      const link = await links.get(sessionId, objectOf(query));
      return { status: 'url' in link ? 200 : 202, body: link };
    }
    if (method === 'POST' && path === 'look') {
      return { status: 200, body: await links.look(sessionId, objectOf(query)) };
    }
    if (method === 'POST' && path === 'removal') {
      const copying = copyings.get(sessionId);
      // A command that asks about a session must not end the copying of one that resumes it; the session's own end does.
      if (copying && !copying.done && copying.refusal === undefined)
        return { status: 200, body: { kept: {} } };
      const kept = await remove(sessionId);
      return { status: 200, body: kept ? { kept: keptBody(kept) } : {} };
    }
    if (path !== 'publication') return { status: 404, body: {} };
    if (method === 'POST') {
      const before = copyings.get(sessionId);
      if (!before || before.done || before.refusal !== undefined) {
        const begun = await copy(sessionId, query.getAll('track'));
        copyings.set(sessionId, begun);
        // A tunnel has nothing to copy: what ends at once is shown at once.
        await Promise.race([begun.ended, new Promise((resolve) => setImmediate(resolve))]);
      }
    }
    const copying = copyings.get(sessionId);
    if (!copying) return { status: 404, body: {} };
    if (copying.refusal !== undefined) throw copying.refusal;
    return { status: copying.done ? 200 : 202, body: publicationOf(copying) };
  };

  const secret = randomBytes(24).toString('base64url');
  const server = await serveOnLoopback({ port: 0 }, (request, response) => {
    request.resume();
    const url = URL.parse(request.url ?? '/', 'http://127.0.0.1');
    const [, given, path = ''] = url?.pathname.split('/') ?? [];
    if (!url || given !== secret) return send(request, response, { status: 403, body: {} });
    answer(request.method ?? '', path, url.searchParams).then(
      (reply) => send(request, response, reply),
      (error: unknown) => {
        const known = error instanceof ChirpsmithError ? error : undefined;
        if (!known) log(`links: ${error instanceof Error ? error.message : 'an unknown error'}`);
        const refused = known && { status: known.name === 'Cancelled' ? 410 : 409, body: refusalBody(known) };
        send(request, response, refused ?? { status: 500, body: { log: logFile } });
      },
    );
  });
  return {
    url: `${server.url}/${secret}`,
    async close() {
      closing.abort();
      await server.close();
      await Promise.all([...copyings.values()].map(({ ended }) => ended));
      await way?.close();
    },
  };
}

const keptBody = ({ until }: KeptCopies) =>
  Number.isFinite(until) ? { until: new Date(until).toISOString() } : {};

const refusalBody = ({ summary, problems }: AudioRefusal): AudioRefusal => ({ summary, problems });

const publicationOf = ({ done, files }: Copying): Publication => ({
  done,
  files: [...files].map(
    ([
      key,
      {
        at: { sent, retry },
        size,
      },
    ]) => ({
      ...{ key, sent: done ? size : sent, size },
      ...(retry && !done && { retry }),
    }),
  ),
});

function objectOf(query: URLSearchParams): AudioObject {
  return {
    key: query.get('key') ?? '',
    versionId: query.get('version') ?? undefined,
    file: query.get('file') ?? undefined,
    sha256: query.get('sha256') ?? undefined,
  };
}

function send(request: IncomingMessage, response: ServerResponse, { status, body }: Reply): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(request.method === 'HEAD' ? undefined : text);
}

/**
 * Checks once for all that ask at the same time; what was good counts for some minutes, unless the check is to be fresh.
 * What was not is looked at again.
 */
export function checkedOnce(
  check: () => Promise<AudioWayProblem | undefined>,
): (fresh?: boolean) => Promise<AudioWayProblem | undefined> {
  let underWay: Promise<AudioWayProblem | undefined> | undefined;
  let goodUntil = Number.NEGATIVE_INFINITY;
  return async (fresh = false) => {
    if (!fresh && performance.now() < goodUntil) return undefined;
    underWay ??= check().finally(() => {
      underWay = undefined;
    });
    const problem = await underWay;
    goodUntil = problem ? Number.NEGATIVE_INFINITY : performance.now() + goodForMs;
    return problem;
  };
}
