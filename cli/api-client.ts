import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { type PayeeAnswer, payeeAnswer } from '../functions/api/contract/account.ts';
import {
  type CreatedGenerationAnswer,
  createdGenerationAnswer,
  type createGenerationBody,
  type GenerationAnswer,
  generationAnswer,
  type ModelListAnswer,
  modelListAnswer,
} from '../functions/api/contract/music.ts';
import {
  type createPersonaBody,
  type PersonaAnswer,
  type PersonaListAnswer,
  personaAnswer,
  personaListAnswer,
} from '../functions/api/contract/persona.ts';
import { problemAnswer } from '../functions/api/contract/problem.ts';
import {
  type actions,
  type CreatedSessionAnswer,
  createdSessionAnswer,
  type DeletionAnswer,
  deletionAnswer,
  type SessionAnswer,
  type SessionListAnswer,
  sessionAnswer,
  sessionListAnswer,
  sessionPageAnswer,
} from '../functions/api/contract/session.ts';
import { type TimelineAnswer, timelineAnswer } from '../functions/api/contract/timeline.ts';
import {
  type DeclaredFileBody,
  type SignedUploadsAnswer,
  signedUploadsAnswer,
  uploadAnswer,
} from '../functions/api/contract/track.ts';
import type { decisions, PaidWork } from '../functions/domain/session.ts';
import { ApiRefusal, ApiUnreachable } from './api-errors.ts';
import { realClock } from './waiting-clock.ts';

/** What the command line needs of the HTTP API. Every method throws ApiRefusal or ApiUnreachable. */
export interface ApiClient {
  createSession(body: {
    kind?: SessionAnswer['kind'];
    name: string;
    files: readonly DeclaredFileBody[];
    minClips?: number;
    skipInvalid?: boolean;
    review?: boolean;
    /** Of a batch: what all its files are, so that it is found again. */
    content?: string;
    /** Another session of the same content; without it the existing one is answered, as `existing`. */
    again?: boolean;
    /** The session of the same content; without one an ApiRefusal of 404. */
    onlyExisting?: true;
    /** The recordings are the person's to train on. */
    rights?: true;
  }): Promise<CreatedSessionAnswer>;
  /** Declares further files of a batch, after `from` that are declared already. */
  addFiles(
    sessionId: string,
    from: number,
    files: readonly DeclaredFileBody[],
    words?: { readonly rights?: true },
  ): Promise<CreatedSessionAnswer>;
  /** Which of these tracks' files are missing, and where they go: whole, or in parts of which the SHA-256 are given. */
  signUploads(
    sessionId: string,
    tracks: readonly { readonly trackId: string; readonly parts?: string[] }[],
  ): Promise<SignedUploadsAnswer>;
  startSession(sessionId: string): Promise<SessionAnswer>;
  /** What happened to it, with all its rows. */
  getTimeline(sessionId: string): Promise<TimelineAnswer>;
  resumeSession(
    sessionId: string,
    corrected?: {
      /** A corrected name for the model. */
      name?: string | undefined;
      /** Train although some files have no clip, on at least so many. */
      minClips?: number | undefined;
      /** The recordings are the person's to train on. */
      rights?: true | undefined;
    },
  ): Promise<SessionAnswer>;
  approveSession(sessionId: string): Promise<SessionAnswer>;
  /** @param name with *create-again*: a corrected name for the model */
  decideSession(sessionId: string, choice: Decision, name?: string): Promise<SessionAnswer>;
  cancelSession(sessionId: string): Promise<SessionAnswer>;
  replaceTrack(
    sessionId: string,
    trackId: string,
    file: DeclaredFileBody & { readonly rights?: true },
  ): Promise<CreatedSessionAnswer['uploads'][number]>;
  /** With all its tracks. `retryAfter` in seconds, where the API gave one. */
  getSession(sessionId: string): Promise<{ session: SessionAnswer; retryAfter: number | undefined }>;
  /**
   * One that is gone already is no error: an earlier try may have had no answer.
   * Thousands of files take several requests: it is repeated until all are gone.
   * @param options.abandon what is paid and may still succeed, and is given up
   * @param options.onSlice called after each slice with the sums of what is deleted
   */
  deleteSession(
    sessionId: string,
    options?: { abandon?: PaidWork | undefined; onSlice?: (deleted: DeletionAnswer['deleted']) => void },
  ): Promise<void>;
  /** @param cursor the `next` of the page before */
  listSessions(cursor?: string): Promise<SessionListAnswer>;
  /** Begins to make music. */
  createGeneration(body: z.input<typeof createGenerationBody>): Promise<CreatedGenerationAnswer>;
  /** Music with links to its audio: for the moment, and to be shown nowhere. */
  getGeneration(sessionId: string): Promise<GenerationAnswer>;
  listModels(): Promise<ModelListAnswer>;
  /** Who is paid there, and what is left. */
  getAccount(): Promise<PayeeAnswer>;
  /** Makes a persona. A repetition after a lost response calls the provider no second time. */
  createPersona(body: z.input<typeof createPersonaBody>): Promise<PersonaAnswer>;
  listPersonas(): Promise<PersonaListAnswer>;
}

/** What a person may decide. */
export type Decision = (typeof decisions)[number];

type Action = (typeof actions)[number];

const timeoutMs = 30_000;
/** Requests without a readable response, or with a fault of the API, before the command reports an error. */
const tries = 4;
/** Requests that find an earlier one with their key still being answered: that ends within half a minute. */
const heldTries = 15;
/** Sessions on one page of the list: the most that the API gives. */
const pageSize = 100;

/** Where the tokens of the API come from. */
export interface Tokens {
  current(): Promise<string>;
  /**
   * Another one in the place of one that the API refused.
   * @throws ApiRefusal or UsageError when there is no other
   */
  renewed(refused: string): Promise<string>;
}

/**
 * A client of the API at `api`. A command may outlive its token; a 401 gets one new token and one more try. Every
 * request is repeated a few times when no response comes: what leads to a charge carries an idempotency key, the same
 * in each try, so that the API does it once and answers what came of it.
 */
export function createApiClient(
  api: string,
  tokens: Tokens,
  {
    fetch = globalThis.fetch,
    sleep = realClock.sleep,
    newKey = randomUUID,
    beforeChange = () => {},
  }: {
    fetch?: typeof globalThis.fetch;
    /** Waits so many milliseconds. */
    sleep?: (milliseconds: number) => Promise<unknown>;
    newKey?: () => string;
    /** Called immediately before each request that is no GET; what it throws keeps the request from being sent. */
    beforeChange?: () => void;
  } = {},
): ApiClient {
  const base = api.replace(/\/+$/, '');

  async function send(
    method: string,
    path: string,
    { token, body, key }: { token: string; body: unknown; key: string | undefined },
  ): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (key !== undefined) headers['idempotency-key'] = key;
    if (method !== 'GET') beforeChange();
    try {
      return await fetch(base + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      const timedOut = error instanceof Error && error.name === 'TimeoutError';
      throw new ApiUnreachable(
        timedOut ? `The API did not answer within ${timeoutMs / 1000} s.` : 'The API does not answer.',
        { cause: error },
      );
    }
  }

  async function call<T>(
    method: string,
    path: string,
    schema: z.ZodType<T>,
    { body, charges = false }: { body?: unknown; charges?: boolean } = {},
  ): Promise<{ answer: T; headers: Headers }> {
    const key = charges ? newKey() : undefined;
    for (let failed = 0, held = 0; ; ) {
      try {
        const token = await tokens.current();
        let response = await send(method, path, { token, body, key });
        if (response.status === 401) {
          await response.body?.cancel();
          response = await send(method, path, { token: await tokens.renewed(token), body, key });
        }
        return { answer: await read(response, schema), headers: response.headers };
      } catch (error) {
        if (isPassing(error) && ++failed < tries) await sleep(150 * 2 ** failed);
        else if (charges && isHeld(error) && ++held < heldTries) await sleep(1000 * (error.retryAfter ?? 1));
        else throw charges && error instanceof ApiUnreachable ? perhapsTaken(error) : error;
      }
    }
  }

  const at = (sessionId: string) => `/sessions/${encodeURIComponent(sessionId)}`;
  const act = async (sessionId: string, action: Action, body?: unknown) => {
    const options = { charges: action !== 'cancel', ...(body === undefined ? {} : { body }) };
    return (await call('POST', `${at(sessionId)}/${action}`, sessionAnswer, options)).answer;
  };
  return {
    async createSession(body) {
      return (await call('POST', '/sessions', createdSessionAnswer, { body, charges: true })).answer;
    },
    async addFiles(sessionId, from, files, words) {
      const options = { body: { from, files, ...words }, charges: true };
      return (await call('POST', `${at(sessionId)}/files`, createdSessionAnswer, options)).answer;
    },
    async signUploads(sessionId, tracks) {
      const path = `${at(sessionId)}/uploads`;
      return (await call('POST', path, signedUploadsAnswer, { body: { tracks } })).answer;
    },
    startSession: (sessionId) => act(sessionId, 'start'),
    resumeSession: (sessionId, { name, minClips, rights } = {}) => {
      const isPlain = name === undefined && minClips === undefined && rights === undefined;
      return act(sessionId, 'resume', isPlain ? undefined : { name, minClips, rights });
    },
    approveSession: (sessionId) => act(sessionId, 'approve'),
    decideSession: (sessionId, choice, name) =>
      act(sessionId, 'decide', { choice, ...(name === undefined ? {} : { name }) }),
    cancelSession: (sessionId) => act(sessionId, 'cancel'),
    async replaceTrack(sessionId, trackId, body) {
      const path = `${at(sessionId)}/tracks/${encodeURIComponent(trackId)}`;
      return (await call('PUT', path, uploadAnswer, { body })).answer;
    },
    async getSession(sessionId) {
      const { answer, headers } = await call('GET', at(sessionId), sessionAnswer);
      const tracks = [...answer.tracks];
      for (let after = answer.nextTracks; after !== undefined; ) {
        const path = `${at(sessionId)}?after=${encodeURIComponent(after)}`;
        const page = (await call('GET', path, sessionPageAnswer)).answer;
        tracks.push(...page.tracks);
        after = page.nextTracks;
      }
      const { nextTracks: _read, ...session } = answer;
      return { session: { ...session, tracks }, retryAfter: secondsOf(headers.get('retry-after')) };
    },
    async getTimeline(sessionId) {
      const path = `${at(sessionId)}/timeline`;
      const { answer } = await call('GET', path, timelineAnswer);
      const { nextRows, ...first } = answer;
      const rows = [...first.rows];
      for (let after = nextRows; after !== undefined; ) {
        const page = await call('GET', `${path}?after=${encodeURIComponent(after)}`, timelineAnswer);
        rows.push(...page.answer.rows);
        after = page.answer.nextRows;
      }
      return { ...first, rows };
    },
    async createGeneration(body) {
      return (await call('POST', '/generations', createdGenerationAnswer, { body, charges: true })).answer;
    },
    async getGeneration(sessionId) {
      const path = `/generations/${encodeURIComponent(sessionId)}`;
      return (await call('GET', path, generationAnswer)).answer;
    },
    async listModels() {
      return (await call('GET', '/models', modelListAnswer)).answer;
    },
    async getAccount() {
      return (await call('GET', '/account', payeeAnswer)).answer;
    },
    async createPersona(body) {
      return (await call('POST', '/personas', personaAnswer, { body, charges: true })).answer;
    },
    async listPersonas() {
      return (await call('GET', '/personas', personaListAnswer)).answer;
    },
    async deleteSession(sessionId, { abandon, onSlice = () => {} } = {}) {
      const confirm = abandon === undefined ? '' : `?confirm=abandon-paid-${abandon}`;
      const deleted = { files: 0, tracks: 0 };
      try {
        for (;;) {
          const path = at(sessionId) + confirm;
          const { answer, headers } = await call('DELETE', path, deletionAnswer.optional());
          if (answer === undefined) return;
          deleted.files += answer.deleted.files;
          deleted.tracks += answer.deleted.tracks;
          onSlice({ ...deleted });
          await sleep(1000 * (secondsOf(headers.get('retry-after')) ?? 1));
        }
      } catch (error) {
        if (!(error instanceof ApiRefusal && error.status === 404)) throw error;
      }
    },
    async listSessions(cursor) {
      const after = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      return (await call('GET', `/sessions?limit=${pageSize}${after}`, sessionListAnswer)).answer;
    },
  };
}

/** No readable response, or a fault behind the API; what the provider said to it is an answer like any other. */
function isPassing(error: unknown): boolean {
  if (error instanceof ApiUnreachable) return true;
  return error instanceof ApiRefusal && error.status >= 500 && !/:error:Provider/.test(error.type);
}

/** Another try with the same key, or another request for the same thing, is being answered at this moment. */
function isHeld(error: unknown): error is ApiRefusal {
  return error instanceof ApiRefusal && error.status === 409 && error.type.endsWith(':error:RecordConflict');
}

function perhapsTaken({ message, cause }: ApiUnreachable): ApiUnreachable {
  const words = `${message} The request may have been taken: look at your sessions before you make it again.`;
  return new ApiUnreachable(words, { cause });
}

async function read<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
  let body: unknown;
  try {
    body = response.status === 204 ? undefined : await response.json();
  } catch (error) {
    throw new ApiUnreachable(`The API gave an answer that cannot be read (HTTP ${response.status}).`, {
      cause: error,
    });
  }
  if (!response.ok) {
    const retryAfter = secondsOf(response.headers.get('retry-after'));
    const problem = problemAnswer.safeParse(body);
    if (problem.success) {
      const { detail, title, problems, type } = problem.data;
      // The detail may repeat the problems, line by line; they are shown once.
      const summary = problems ? detail.split('\n')[0] : detail;
      throw new ApiRefusal(response.status, summary || title, problems, { type, retryAfter });
    }
    const message = `The API answered with HTTP ${response.status}.`;
    throw new ApiRefusal(response.status, message, [], { retryAfter });
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new ApiUnreachable(`The API gave an answer of another shape than agreed (${fields}).`);
}

/** Seconds of a Retry-After, which is a number of seconds or a date. */
function secondsOf(retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined;
  if (/^\d+$/.test(retryAfter.trim())) return Number(retryAfter);
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}
