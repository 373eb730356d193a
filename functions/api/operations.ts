import type * as z from 'zod';
import {
  addFilesBody,
  createdSessionAnswer,
  createSessionBody,
  decideBody,
  deleteSessionQuery,
  getSessionQuery,
  listQuery,
  replaceTrackBody,
  resumeBody,
  sessionAnswer,
  sessionListAnswer,
  signedUploadsAnswer,
  signUploadsBody,
  uploadAnswer,
} from './contract.ts';
import { musicOperations } from './music-operations.ts';

/** What a route is called, takes and answers. The routes go by it, and so does the OpenAPI document. */
export interface Operation {
  /** Its name in a client's code. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly body?: { readonly schema: z.ZodType; readonly optional?: true };
  readonly query?: z.ZodObject;
  readonly answer: {
    readonly status: 200 | 201 | 202 | 204;
    readonly description: string;
    readonly schema?: z.ZodType;
    /** What a 200 with the same schema means, where the status is another. */
    readonly ok?: string;
    /** Says in `retry-after` when to ask again. */
    readonly retryAfter?: true;
  };
  /** Takes an `Idempotency-Key`: what it leads to is charged, and is done once for the same key. */
  readonly idempotencyKey?: true;
  /** It can be refused because of how the session stands. */
  readonly mayConflict?: true;
  /** It calls the provider while the caller waits, and tells what came of it. */
  readonly callsProvider?: true;
}

const begun = {
  status: 202,
  description: 'The session, with the run begun, or as it stands when there is nothing to begin.',
  schema: sessionAnswer,
  retryAfter: true,
} as const;

/** Every route that is about sessions, by its key in API Gateway. */
export const operations = {
  'POST /sessions': {
    id: 'createSession',
    summary: 'Declare the files of a new session',
    description:
      'Checks what is declared, records the session and signs one upload for each file that differs. Put each file to its `url` with its `headers` and its declared length, then start the session. Nothing is spent. The same files under the same name are one session: asked for again, it is answered as it is, unless the body says `again`.',
    body: { schema: createSessionBody },
    answer: {
      status: 201,
      description: 'The session, and where its files go.',
      ok: 'There is a session of this content; nothing was created.',
      schema: createdSessionAnswer,
    },
    idempotencyKey: true,
    mayConflict: true,
  },
  'GET /sessions': {
    id: 'listSessions',
    summary: 'List your sessions, newest first',
    description: 'A page at a time: `next`, while there is one, is the `cursor` of the page after.',
    query: listQuery,
    answer: { status: 200, description: 'A page of the list.', schema: sessionListAnswer },
  },
  'GET /sessions/{id}': {
    id: 'getSession',
    summary: 'See how a session stands',
    description:
      '`actions` says what can be done with it now; `nextTracks`, while there is one, is the `after` of the tracks that follow. Nothing is changed.',
    query: getSessionQuery,
    answer: { status: 200, description: 'The session.', schema: sessionAnswer, retryAfter: true },
  },
  'DELETE /sessions/{id}': {
    id: 'deleteSession',
    summary: 'Delete a session with its files',
    query: deleteSessionQuery,
    description:
      'While nothing runs. The record goes last: a deletion that ended early is repeated in the same way. What the provider has stays there.',
    answer: { status: 204, description: 'It is gone, with all versions of its files.' },
    mayConflict: true,
  },
  'POST /sessions/{id}/files': {
    id: 'addFiles',
    summary: 'Declare further files of a batch',
    description:
      'Before its start; the same files from the same place may be declared again, and their uploads are signed anew.',
    body: { schema: addFilesBody },
    answer: { status: 201, description: 'Where the files go.', schema: createdSessionAnswer },
    idempotencyKey: true,
    mayConflict: true,
  },
  'POST /sessions/{id}/uploads': {
    id: 'signUploads',
    summary: 'See which files are still to be uploaded, and where',
    description:
      'For files that nobody has looked at yet, or that were rejected, while no run is under way. A file may be sent in parts, which go on where an upload was cut off: send those that are answered, and ask again until none is.',
    body: { schema: signUploadsBody },
    answer: { status: 200, description: 'What is missing, and where it goes.', schema: signedUploadsAnswer },
    mayConflict: true,
  },
  'POST /sessions/{id}/start': {
    id: 'startSession',
    summary: 'Begin a run',
    description: 'Does what is not done yet. Starting twice starts once.',
    answer: begun,
    idempotencyKey: true,
    mayConflict: true,
  },
  'POST /sessions/{id}/resume': {
    id: 'resumeSession',
    summary: 'Go on after a failure, a cancel or an interruption',
    description: 'What is done is kept, and create is never paid a second time.',
    body: { schema: resumeBody, optional: true },
    answer: begun,
    idempotencyKey: true,
    mayConflict: true,
  },
  'POST /sessions/{id}/approve': {
    id: 'approveSession',
    summary: 'Approve the price of the training',
    description: 'For a session that stopped for its review.',
    answer: begun,
    idempotencyKey: true,
    mayConflict: true,
  },
  'POST /sessions/{id}/decide': {
    id: 'decideSession',
    summary: 'Decide on a training that was perhaps paid, or was paid and failed',
    description:
      '`check-again` asks the provider once more, `create-again` calls create once more and may cost the credits a second time, `abandon` ends the session.',
    body: { schema: decideBody },
    answer: begun,
    idempotencyKey: true,
    mayConflict: true,
  },
  'POST /sessions/{id}/cancel': {
    id: 'cancelSession',
    summary: 'Stop a session',
    description: 'What is done and paid is kept, and told. Cancelling twice cancels once.',
    answer: { status: 200, description: 'The session, cancelled.', schema: sessionAnswer },
    mayConflict: true,
  },
  'PUT /sessions/{id}/tracks/{trackId}': {
    id: 'replaceTrack',
    summary: 'Put another file in the place of one that cannot be used',
    description: 'Put the file to the answered `url`; a resume picks it up.',
    body: { schema: replaceTrackBody },
    answer: { status: 200, description: 'Where the file goes.', schema: uploadAnswer },
    mayConflict: true,
  },
  ...musicOperations,
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
