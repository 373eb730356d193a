import { createHash, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { createSessionBody, type SessionAnswer, type TrackAnswer } from '../../functions/api/contract.ts';
import type { ReadyInfo } from '../../local/stack/ready-file.ts';

/** How a session of the fake goes on after its start: one step per look at it, the last one stays. */
export type Step = Partial<Pick<SessionAnswer, 'status' | 'modelId' | 'failure'>> & {
  readonly track?: Partial<TrackAnswer>;
};

export const modelId = 'chirp-custom:0b0e7ae6-8a52-4a62-9b83-7f3f0a5d1c11';
const clip = { status: 'done', attempts: 1, clipId: 'clip' } as const;

/** The usual way to a model. */
export const toReady: readonly Step[] = [
  { status: 'preparing' },
  { status: 'uploading', track: { status: 'submitted', attempts: 1 } },
  { status: 'uploading', track: clip },
  { status: 'training', track: clip },
  { status: 'ready', track: clip, modelId },
];

/** A small stand-in for API and storage, faithful to the contract, with a home that says it runs. */
export interface FakeStack {
  readonly home: string;
  readonly token: string;
  /** Bytes received, by the name of the file. */
  readonly stored: Map<string, Buffer>;
  /** `METHOD path` of every request, in order. */
  readonly requests: string[];
  readonly starts: string[];
  /** Looks at sessions so far. */
  looks(): number;
  close(): Promise<void>;
}

export async function startFakeStack(options: {
  home: string;
  steps?: readonly Step[];
  /** Answers to the first PUTs; 0 cuts the connection. */
  putStatuses?: readonly number[];
  /** Milliseconds before a PUT is answered. */
  putDelay?: number;
  sandbox?: boolean;
  provider?: string;
  speed?: number;
  /** The token in the home has expired; the issuer gives the one that works. */
  expiredToken?: boolean;
}): Promise<FakeStack> {
  const { home, steps = toReady, putStatuses = [], putDelay = 0, sandbox = true } = options;
  const token = 'working-token-that-must-not-be-shown';
  const sessions = new Map<string, { answer: SessionAnswer; looks: number; signature: string }>();
  const declared = new Map<string, { name: string; size: number; sha256: string }>();
  const stored = new Map<string, Buffer>();
  const requests: string[] = [];
  const starts: string[] = [];
  const failures = [...putStatuses];
  let looks = 0;

  const send = (
    response: ServerResponse,
    status: number,
    body: unknown,
    headers: Record<string, string> = {},
  ) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
  const problem = (response: ServerResponse, status: number, detail: string, problems?: unknown) =>
    send(response, status, { type: 'about:blank', title: 'Problem', status, detail, problems });

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake');
    requests.push(`${request.method} ${url.pathname}`);
    const body = await readAll(request).catch(() => undefined);
    if (body === undefined) return;
    if (url.pathname === '/token') return send(response, 200, { access_token: token });
    if (request.method === 'PUT') return void put(request, response, url, body);
    if (request.headers.authorization !== `Bearer ${token}`) return problem(response, 401, 'Unauthorized');

    const [, , sessionId = '', action] = url.pathname.split('/');
    if (request.method === 'POST' && action === undefined) return create(response, body);
    if (request.method === 'GET' && sessionId === '') {
      return send(response, 200, { sessions: [...sessions.values()].map(({ answer }) => answer) });
    }
    const session = sessions.get(sessionId);
    if (!session) return problem(response, 404, 'There is no such session.');
    if (action === 'start') {
      starts.push(sessionId);
      session.looks = 0;
      session.answer = { ...session.answer, status: 'preparing' };
      return send(response, 202, session.answer);
    }
    looks++;
    const step =
      session.answer.status === 'open' ? undefined : steps[Math.min(session.looks++, steps.length - 1)];
    if (step) session.answer = applied(session.answer, step);
    send(response, 200, session.answer, { 'retry-after': '0' });
  });

  const create = (response: ServerResponse, body: Buffer) => {
    const { name, files, minClips = 6 } = createSessionBody.parse(JSON.parse(body.toString()));
    const sessionId = randomUUID();
    const first = new Map<string, string>();
    const tracks = files.map((file, index): TrackAnswer => {
      const trackId = String(index + 1).padStart(3, '0');
      const duplicateOf = first.get(file.sha256);
      if (duplicateOf === undefined) first.set(file.sha256, trackId);
      declared.set(`${sessionId}/${trackId}`, file);
      const known = { trackId, file: file.name, attempts: 0 };
      return duplicateOf === undefined
        ? { ...known, status: 'declared' }
        : { ...known, status: 'duplicate', duplicateOf };
    });
    const now = new Date().toISOString();
    sessions.set(sessionId, {
      looks: 0,
      signature: 'signature-that-must-not-be-shown',
      answer: {
        sessionId,
        name,
        status: 'open',
        startedBy: 'api',
        createdAt: now,
        updatedAt: now,
        minClips,
        creditsSpent: 0,
        creditsToCome: 0,
        actions: [],
        decisions: [],
        providerCalls: 0,
        tracks,
      },
    });
    send(response, 201, {
      sessionId,
      status: 'open',
      uploads: tracks
        .filter(({ status }) => status === 'declared')
        .map(({ trackId, file }) => ({
          trackId,
          file,
          method: 'PUT',
          url: `${base}/audio/${sessionId}/${trackId}?X-Amz-Signature=signature-that-must-not-be-shown`,
          headers: { 'x-amz-checksum-sha256': 'signed' },
          expiresAt: now,
        })),
      duplicates: tracks.flatMap(({ trackId, file, duplicateOf }) =>
        duplicateOf === undefined ? [] : [{ trackId, file, duplicateOf }],
      ),
    });
  };

  const put = async (request: IncomingMessage, response: ServerResponse, url: URL, body: Buffer) => {
    if (putDelay > 0) await new Promise((done) => setTimeout(done, putDelay));
    const failure = failures.shift();
    if (failure === 0) return void request.socket.destroy();
    const file = declared.get(url.pathname.replace('/audio/', ''));
    const fits =
      file !== undefined &&
      request.headers['content-length'] === String(file.size) &&
      request.headers['x-amz-checksum-sha256'] === 'signed' &&
      createHash('sha256').update(body).digest('hex') === file.sha256;
    const status = failure ?? (fits ? 200 : 403);
    if (fits && status === 200) stored.set(file.name, body);
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
    adminKey: { accessKeyId: 'admin', secretAccessKey: 'admin-key-that-must-not-be-shown' },
    pid: process.pid,
    api: base,
    token: options.expiredToken ? 'expired-token' : token,
    issuer: base,
    provider: options.provider ?? `${base}/provider`,
    sandbox,
    speed: options.speed ?? 20,
  };
  await writeFile(join(home, 'stack.json'), JSON.stringify(ready));

  return {
    home,
    token,
    stored,
    requests,
    starts,
    looks: () => looks,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

function applied(answer: SessionAnswer, { track, ...step }: Step): SessionAnswer {
  return {
    ...answer,
    ...step,
    creditsSpent: step.status === 'ready' ? 106 : 6,
    providerCalls: 20,
    tracks: answer.tracks.map((one) => (one.status === 'duplicate' ? one : { ...one, ...track })),
  };
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
