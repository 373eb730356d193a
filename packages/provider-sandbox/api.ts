import { z } from 'zod';
import { carryOut } from './calls.ts';
import { type Fault, type FaultList, type SandboxCall, taskFaultOf } from './faults.ts';
import type { ReceivedCall, Reply } from './http.ts';
import type { Change } from './journal.ts';
import type { LedgerEntry } from './ledger.ts';
import type { Outcome } from './model.ts';
import { refusedByRate } from './rate-limit.ts';
import { refusal } from './refusal.ts';
import { carryOutAtRelay, relayError, relayRoute, withStrangersTask } from './relay.ts';
import type { SandboxSettings } from './settings.ts';
import type { SandboxState } from './state.ts';

/** What the provider's API depends on. */
export interface ApiGround {
  /** May change. */
  readonly key: string;
  /** What the relay asks for. */
  readonly relayKey: string;
  readonly state: SandboxState;
  readonly faults: FaultList;
  settings(): SandboxSettings;
  /** Milliseconds of provider time, never going back. */
  now(): number;
  /** Where it serves. */
  origin(): string;
  /** Writes a change down and makes it so. */
  record(change: Change): void;
  /** Starts to fetch an upload's audio. */
  download(task: { readonly taskId: string; readonly audioUrl: string }): void;
}

const routes: Readonly<Record<string, SandboxCall>> = {
  'POST /suno/v2/customModel/prepare': 'prepare',
  'POST /suno/v2/customModel/upload': 'upload',
  'POST /suno/v2/customModel/create': 'create',
  'POST /suno/v2/audio/upload/session': 'openBatch',
  'POST /suno/v2/audio/upload/session/item': 'addToBatch',
  'GET /suno/v2/status': 'status',
  'POST /suno/v2/generate': 'generate',
  'POST /suno/v2/persona': 'persona',
};

/** A call of one of the two dialects. */
interface Route {
  readonly call: SandboxCall;
  readonly dialect: 'mountsea' | 'relay';
  /** In the path, where the relay has it. */
  readonly taskId?: string | undefined;
}

function routeOf({ method, path }: ReceivedCall): Route | undefined {
  const call = routes[`${method} ${path}`];
  if (call) return { call, dialect: 'mountsea' };
  const there = relayRoute(method, path);
  return there && { ...there, dialect: 'relay' };
}

const strangersTask = '00000000-0000-4000-8000-000000000000';

/** Was the call kept from being carried out? */
function prevents(fault: Fault | undefined): boolean {
  if (fault?.kind === 'reset-before' || fault?.kind === 'timeout-before') return true;
  return (fault?.kind === 'status' || fault?.kind === 'body') && !fault.taken;
}

const sessionBody = z.object({ sessionId: z.string() });
const audioBody = z.object({ audioUrl: z.url() });

/** The audio that a call names, without the query: that is the secret part of its URL. */
function audioOf({ body }: ReceivedCall, key: string): Pick<LedgerEntry, 'audio'> {
  const { data } = audioBody.safeParse('json' in body ? body.json : undefined);
  if (!data) return {};
  const audio = new URL(data.audioUrl).pathname.slice(0, 200).replaceAll(key, '[removed]');
  // V8 keeps the whole signed URL in memory for a part of it, for as long as the ledger: so this is a copy.
  return { audio: Buffer.from(audio).toString() };
}

/** What a call that is not carried out was about, as far as it is known here. */
function aboutOf(request: ReceivedCall, body: unknown, state: SandboxState): Outcome['about'] {
  const asked = request.query.get('taskId') ?? sessionBody.safeParse(body).data?.sessionId ?? '';
  const upload = state.uploads.get(asked);
  const session = state.sessions.get(upload?.sessionId ?? asked);
  if (!session) return {};
  const { sessionId, account } = session;
  return { sessionId, account, ...(request.query.has('taskId') ? { taskId: asked } : {}) };
}

function inEnvelope(status: number, body: object): object {
  if (status < 300) return { code: 200, message: 'success', data: body };
  const { message = '' } = z.object({ message: z.string() }).partial().parse(body);
  return { code: status, message, data: null };
}

/** What the client gets to see of an outcome. */
function replyOf(
  fault: Fault | undefined,
  outcome: Outcome,
  settings: SandboxSettings,
  dialect: Route['dialect'],
): Reply {
  switch (fault?.kind) {
    case 'reset-before':
    case 'reset-after':
      return 'reset';
    case 'timeout-before':
    case 'timeout-after':
      return 'hang';
    case 'status': {
      const { status, body = { statusCode: status, message: 'A fault on demand.' } } = fault;
      const headers = Object.fromEntries(
        Object.entries(fault.headers).map(([name, value]) => [name.toLowerCase(), value]),
      );
      const isObject = typeof body === 'object' && body !== null;
      return { status, headers, body: isObject || typeof body === 'string' ? body : JSON.stringify(body) };
    }
    case 'body': {
      const body = fault.body.padEnd(fault.bytes, fault.body === '' ? ' ' : fault.body);
      return { status: fault.status, body, headers: { 'content-type': 'application/json' } };
    }
    default: {
      const { status } = outcome;
      const strange = fault?.kind === 'other-task-id' && status < 300;
      if (dialect === 'relay') {
        if (status >= 300) return relayError(outcome, settings.dialect.relayErrors);
        return { status: 200, body: strange ? withStrangersTask(outcome.body, strangersTask) : outcome.body };
      }
      const plain = strange ? { ...outcome.body, taskId: strangersTask } : outcome.body;
      const body = settings.dialect.envelope ? inEnvelope(status, plain) : plain;
      return { status: status === 201 && settings.dialect.status200 ? 200 : status, body };
    }
  }
}

/** The documented API, in both dialects: every request is recorded before it is answered. */
export function providerApi(ground: ApiGround): (request: ReceivedCall) => Reply {
  const { state, faults } = ground;

  function record(
    request: ReceivedCall,
    call: LedgerEntry['call'],
    outcome: Outcome,
    told: Pick<LedgerEntry, 'status' | 'taken' | 'fault' | 'retryAfter'>,
  ): void {
    const entry: LedgerEntry = {
      seq: state.entries.length + 1,
      at: ground.now(),
      method: request.method,
      path: request.path
        .slice(0, 200)
        .replaceAll(ground.relayKey, '[removed]')
        .replaceAll(ground.key, '[removed]'),
      call,
      ...outcome.about,
      ...(call === 'upload' || call === 'addToBatch' ? audioOf(request, ground.key) : {}),
      ...told,
      credits: outcome.credits,
    };
    ground.record({ call: entry, ...outcome.change });
  }

  function refuse(
    request: ReceivedCall,
    call: LedgerEntry['call'],
    status: number,
    message: string,
    dialect: Route['dialect'] = 'mountsea',
  ): Reply {
    const outcome = refusal(status, message);
    record(request, call, outcome, { status, taken: false });
    return dialect === 'relay' ? relayError(outcome, 'status') : { status, body: outcome.body };
  }

  return (request) => {
    const { body: received } = request;
    if (request.path === '/api-user/credits' && request.method === 'GET') {
      if (request.header('x-api-key') !== ground.key)
        return refuse(request, 'credits', 401, 'Invalid API key.');
      const answer = { status: 200, body: { credits: state.credits } };
      record(request, 'credits', { ...answer, about: {}, credits: 0 }, { status: 200, taken: true });
      return answer;
    }
    const route = routeOf(request);
    if (!route) return refuse(request, 'other', 404, 'Not found.');
    const { call, dialect, taskId } = route;
    const key = dialect === 'relay' ? ground.relayKey : ground.key;
    if (request.header('authorization') !== `Bearer ${key}`) {
      return refuse(request, call, 401, 'Invalid API key.', dialect);
    }
    if ('problem' in received) {
      const tooLarge = received.problem === 413;
      const message = tooLarge ? 'Body too large.' : 'Body is not JSON.';
      return refuse(request, call, received.problem, message, dialect);
    }

    const settings = ground.settings();
    const retryAfter = refusedByRate(state.entries, ground.now(), settings.rateLimit);
    if (retryAfter !== undefined) {
      const about = aboutOf(request, received.json, state);
      const { status } = settings.rateLimit;
      const outcome = refusal(status, 'Too many requests.', about);
      record(request, call, outcome, { status, taken: false, retryAfter });
      const { body } = dialect === 'relay' ? relayError(outcome, 'status') : outcome;
      return { status, body, headers: { 'retry-after': String(retryAfter) } };
    }
    const fault = faults.take(call);
    const context = {
      state,
      settings,
      now: ground.now(),
      origin: ground.origin(),
      taskFault: taskFaultOf(fault),
    };
    const outcome: Outcome = prevents(fault)
      ? { status: 0, body: {}, about: aboutOf(request, received.json, state), credits: 0 }
      : dialect === 'relay'
        ? carryOutAtRelay(call, { body: received.json, taskId }, context)
        : carryOut(call, { body: received.json, query: request.query }, context);
    const reply = replyOf(fault, outcome, settings, dialect);
    const status = typeof reply === 'string' ? null : reply.status;
    const taken = !prevents(fault) && outcome.status < 300;
    record(request, call, outcome, { status, taken, ...(fault ? { fault: fault.kind } : {}) });
    if (outcome.download) ground.download(outcome.download);
    return reply;
  };
}
