import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import { signUploadsBody } from '../../functions/api/contract/track.ts';
import type { ReadyInfo } from '../../local/stack/ready-file.ts';
import { thisProcess } from '../../packages/local-servers/process-identity.ts';
import { FakeProblem, fakeSessions, type Step, toReady } from './fake-sessions.ts';

/** A small stand-in for API and storage, faithful to the contract, with a home that says it runs. */
export interface FakeStack {
  readonly home: string;
  /** Where it is. */
  readonly api: string;
  readonly token: string;
  /** Bytes received, by the name of the file. */
  readonly stored: Map<string, Buffer>;
  /** Names of the files that it refused, in the order in which they came. */
  readonly refused: string[];
  /** `METHOD path` of every request, in order. */
  /** As `GET /sessions`; `LOOK` in place of POST where nothing is to be created. */
  readonly requests: string[];
  /** Idempotency keys of the requests that had one, in order. */
  readonly keys: string[];
  /** Ids of the sessions that were started. */
  readonly starts: string[];
  /** Puts a session there as it may stand. */
  add(answer: Partial<SessionAnswer>): SessionAnswer;
  /** How a session stands, without looking at it. */
  has(sessionId: string): boolean;
  session(sessionId: string): SessionAnswer;
  close(): Promise<void>;
}

export async function startFakeStack(options: {
  home: string;
  /** What the first run does. */
  steps?: readonly Step[];
  /** What every later run does. */
  again?: readonly Step[];
  /** Answers to the first PUTs; 0 cuts the connection. */
  putStatuses?: readonly number[];
  /** Milliseconds before a PUT is answered. */
  putDelay?: number;
  /** Takes so many PUTs; later ones wait, and are forgotten when their client goes away. */
  putsTaken?: number;
  /** Ends that delay, and that wait. */
  putsGoOn?: Promise<unknown>;
  /** Actions that are taken, with no answer but a cut connection. */
  cut?: readonly string[];
  /** Requests to delete a session that leave a part of it. */
  slices?: number;
  sandbox?: boolean;
  /** Does the API want to know whose the recordings are? */
  asksForRights?: boolean;
  provider?: string;
  relay?: string;
  /** Which account its key is of. */
  account?: string;
  /** How the provider gets the audio. */
  audio?: ReadyInfo['audio'];
  /** Routes that the sessions' are not: by `METHOD /path`, status and body, or a cut connection. */
  others?: (route: string, body: unknown) => { status: number; body: unknown } | 'cut' | undefined;
  /** What a request waits for, by `METHOD /path`, before it is answered. */
  holds?: (route: string) => Promise<unknown> | undefined;
  speed?: number;
  /** The token in the home has expired; the issuer gives the one that works. */
  expiredToken?: boolean;
}): Promise<FakeStack> {
  const { home, steps = toReady, again = steps, putStatuses = [], putDelay = 0, sandbox = true } = options;
  const token = 'working-token-that-must-not-be-shown';
  const sessions = fakeSessions([steps, again], options.asksForRights);
  const stored = new Map<string, Buffer>();
  const refused: string[] = [];
  const requests: string[] = [];
  const keys: string[] = [];
  /** What was answered, or would have been, by its idempotency key. */
  const answered = new Map<string, { status: number; body: unknown }>();
  const starts: string[] = [];
  const failures = [...putStatuses];
  let slices = options.slices ?? 0;
  let puts = 0;

  const send = (
    response: ServerResponse,
    status: number,
    body: unknown,
    headers: Record<string, string> = {},
  ) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake');
    requests.push(`${request.method} ${url.pathname}`);
    const body = await readAll(request).catch(() => undefined);
    if (body === undefined) return;
    if (body.includes('"onlyExisting":true')) requests[requests.length - 1] = `LOOK ${url.pathname}`;
    if (url.pathname === '/token') return send(response, 200, { access_token: token });
    if (url.pathname.startsWith('/audio/')) return void put(request, response, url, body);
    try {
      if (request.headers.authorization !== `Bearer ${token}`) throw new FakeProblem(401, 'Unauthorized');
      if (request.method === 'GET' && url.pathname === '/sessions') {
        return send(response, 200, page(url.searchParams));
      }
      const key = request.headers['idempotency-key'];
      if (typeof key === 'string') keys.push(key);
      await options.holds?.(`${request.method} ${url.pathname}`);
      const before = answered.get(String(key));
      if (before) return send(response, before.status, before.body);
      answer(response, `${request.method} ${url.pathname}`, body, String(key));
    } catch (error) {
      if (!(error instanceof FakeProblem)) throw error;
      const { status, message: detail, problems } = error;
      send(response, status, { type: 'about:blank', title: 'Problem', status, detail, problems });
    }
  });

  const answer = (response: ServerResponse, route: string, bytes: Buffer, key: string) => {
    const body: unknown = bytes.length === 0 ? undefined : JSON.parse(bytes.toString());
    const [, sessionId = '', action = '', trackId = ''] = route.split('/').slice(1);
    const actions: Record<string, () => SessionAnswer> = {
      start: () => {
        starts.push(sessionId);
        return sessions.start(sessionId);
      },
      resume: () => sessions.resume(sessionId, body),
      approve: () => sessions.approve(sessionId),
      decide: () => sessions.decide(sessionId, body),
      cancel: () => sessions.cancel(sessionId),
    };
    const other = options.others?.(route, body);
    if (other === 'cut') return response.destroy();
    if (other) return send(response, other.status, other.body);
    if (route === 'POST /sessions') {
      const { session, existing } = sessions.create(body);
      const answer = created(session);
      return existing
        ? send(response, 200, { ...answer, existing })
        : send(response, 201, { ...answer, status: 'open' });
    }
    if (route.startsWith('PUT ') && action === 'tracks') {
      const { file } = sessions.replace(sessionId, trackId, body);
      return send(response, 200, uploadOf(sessionId, { trackId, file }));
    }
    if (route.startsWith('DELETE ')) {
      if (slices > 0) {
        slices -= 1;
        const deleted = { files: 1000, tracks: 250 };
        return send(response, 202, { sessionId, status: 'deleting', deleted }, { 'retry-after': '0' });
      }
      const gone = () => response.writeHead(204).end();
      const cut = options.cut?.includes('delete') && sessions.find(sessionId);
      sessions.remove(sessionId);
      return cut ? response.destroy() : gone();
    }
    if (route.startsWith('POST ') && action === 'uploads') {
      const { tracks } = signUploadsBody.parse(body);
      const isThere = (trackId: string) => {
        const file = sessions.declared.get(`${sessionId}/${trackId}`);
        return file === undefined || stored.has(file.name);
      };
      const all = sessions.find(sessionId).answer.tracks;
      const missing = all.filter(({ trackId }) =>
        tracks.some((one) => one.trackId === trackId && !isThere(trackId)),
      );
      const uploaded = tracks.map(({ trackId }) => trackId).filter(isThere);
      return send(response, 200, {
        uploaded,
        uploads: missing.map((track) => uploadOf(sessionId, track)),
        inParts: [],
      });
    }
    const act = route.startsWith('POST ') ? actions[action] : undefined;
    if (act) {
      const taken = act();
      if (key !== 'undefined') answered.set(key, { status: 202, body: taken });
      return options.cut?.includes(action) ? response.destroy() : send(response, 202, taken);
    }
    if (action !== '') throw new FakeProblem(404, 'Not Found');
    send(response, 200, sessions.look(sessionId), { 'retry-after': '0' });
  };

  const page = (query: URLSearchParams) => {
    const from = Number(query.get('cursor') ?? 0);
    const to = from + Number(query.get('limit') ?? 25);
    const all = sessions.list();
    return { sessions: all.slice(from, to), ...(to < all.length ? { next: String(to) } : {}) };
  };
  const uploadOf = (sessionId: string, { trackId, file }: { trackId: string; file: string }) => ({
    trackId,
    file,
    sha256: sessions.declared.get(`${sessionId}/${trackId}`)?.sha256 ?? '',
    method: 'PUT',
    url: `${base}/audio/${sessionId}/${trackId}?X-Amz-Signature=signature-that-must-not-be-shown`,
    headers: { 'x-amz-checksum-sha256': 'signed' },
    expiresAt: new Date().toISOString(),
  });
  const created = ({ sessionId, status, tracks }: SessionAnswer) => ({
    sessionId,
    status,
    uploads: tracks.filter(({ status }) => status === 'declared').map((track) => uploadOf(sessionId, track)),
    duplicates: tracks.flatMap(({ trackId, file, duplicateOf }) =>
      duplicateOf === undefined ? [] : [{ trackId, file, duplicateOf }],
    ),
  });

  const put = async (request: IncomingMessage, response: ServerResponse, url: URL, body: Buffer) => {
    const goOn = options.putsGoOn ? [options.putsGoOn] : [];
    if (putDelay > 0) await Promise.race([delay(putDelay), ...goOn]);
    if (++puts > (options.putsTaken ?? Number.POSITIVE_INFINITY)) {
      await Promise.race([once(response, 'close'), ...goOn]);
      if (response.destroyed) return;
    }
    const failure = failures.shift();
    if (failure === 0) return void request.socket.destroy();
    const file = sessions.declared.get(url.pathname.replace('/audio/', ''));
    const fits =
      file !== undefined &&
      request.headers['content-length'] === String(file.size) &&
      request.headers['x-amz-checksum-sha256'] === 'signed' &&
      createHash('sha256').update(body).digest('hex') === file.sha256;
    const status = failure ?? (fits ? 200 : 403);
    if (fits && status === 200) stored.set(file.name, body);
    else refused.push(file?.name ?? 'an unknown file');
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(status === 200 ? '' : '<Error><Code>AccessDenied</Code><Message>no</Message></Error>');
  };

  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const base = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  await mkdir(home, { recursive: true });
  const ready: ReadyInfo = {
    event: 'ready',
    home,
    s3: base,
    aws: base,
    region: 'us-east-1',
    bucket: 'audio',
    stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:train-model',
    batchMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:upload-batch',
    adminKey: { accessKeyId: 'admin', secretAccessKey: 'admin-key-that-must-not-be-shown' },
    ...thisProcess(),
    page: base,
    api: base,
    token: options.expiredToken ? 'expired-token' : token,
    issuer: base,
    provider: options.provider ?? `${base}/provider`,
    ...(options.relay === undefined ? {} : { relay: options.relay }),
    ...(options.account === undefined ? {} : { accounts: { PROVIDER_API_KEY: options.account } }),
    sandbox,
    ...(options.audio ? { audio: options.audio } : {}),
    speed: options.speed ?? 20,
  };
  await writeFile(join(home, 'stack.json'), JSON.stringify(ready));

  return {
    home,
    api: base,
    token,
    stored,
    refused,
    requests,
    keys,
    starts,
    add: (known) => sessions.add(known),
    has: (sessionId) => sessions.list().some((one) => one.sessionId === sessionId),
    session: (sessionId) => sessions.find(sessionId).answer,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
