import { z } from 'zod';
import { chance, seededUuid, taskDuration } from './chance.ts';
import type { SandboxCall } from './faults.ts';
import type { CallContext, Outcome } from './model.ts';
import { generate, persona } from './music.ts';
import { complaint, refusal } from './refusal.ts';
import { freestAccount, modelsOn, progressOf, type SandboxSession, type SandboxState } from './state.ts';
import { statusAnswer, taskAnswer } from './status-answer.ts';

const uploadBody = z.object({
  sessionId: z.string(),
  audioUrl: z.url({ protocol: /^https?$/, error: 'audioUrl must be an http or https URL' }),
});
const createBody = z.object({
  sessionId: z.string(),
  clipIds: z.array(z.string()).max(1000),
  name: z.string(),
});

/** The session of an id, if it is of the kind that the call is for. */
function sessionOf(state: SandboxState, sessionId: string, kind: SandboxSession['kind']) {
  const session = state.sessions.get(sessionId);
  return session?.kind === kind ? session : undefined;
}

/** Documented: the fewest clips to train on. */
const fewestClips = 6;

const newSession = ({ state, settings, now }: CallContext): Outcome => {
  const sessionId = seededUuid(state.seed, `session ${state.sessions.size + 1}`);
  const account = freestAccount(state, settings, now);
  const session = { sessionId, account, at: now };
  return { status: 201, body: { sessionId }, about: { sessionId, account }, credits: 0, change: { session } };
};

/** Documented: on a random available account, and done at once. */
const newBatch = ({ state, settings, now }: CallContext): Outcome => {
  const name = `session ${state.sessions.size + 1}`;
  const sessionId = seededUuid(state.seed, name);
  const account = `uploads-${1 + Math.floor(chance(state.seed, `account of ${name}`) * settings.accounts)}`;
  const session = { sessionId, kind: 'batch', account, at: now } as const;
  return { status: 201, body: { sessionId }, about: { sessionId, account }, credits: 0, change: { session } };
};

const newUpload = (
  { state, settings, now, taskFault }: CallContext,
  input: unknown,
  kind: SandboxSession['kind'],
): Outcome => {
  const parsed = uploadBody.safeParse(input);
  if (!parsed.success) return refusal(400, complaint(parsed.error));
  const { sessionId, audioUrl } = parsed.data;
  const session = sessionOf(state, sessionId, kind);
  if (!session) return refusal(400, 'Session not found.', { sessionId });
  const { account } = session;
  const credits = settings.prices.upload;
  if (state.credits < credits) return refusal(402, 'Insufficient credits.', { sessionId, account });
  const name = `upload ${state.uploads.size + 1}`;
  const taskId = seededUuid(state.seed, name);
  const task = {
    kind: 'upload',
    taskId,
    sessionId,
    account,
    at: now,
    ...taskDuration('upload', settings.durations, state.seed, name),
    resultId: seededUuid(state.seed, `clip of ${name}`),
    ...(taskFault ? { fault: taskFault } : {}),
  } as const;
  const about = { sessionId, taskId, account };
  const download = { taskId, audioUrl };
  return { status: 201, body: { taskId }, about, credits, change: { task }, download };
};

const newTraining = ({ state, settings, now, taskFault }: CallContext, input: unknown): Outcome => {
  const parsed = createBody.safeParse(input);
  if (!parsed.success) return refusal(400, complaint(parsed.error));
  const { sessionId, clipIds } = parsed.data;
  const session = sessionOf(state, sessionId, undefined);
  if (!session) return refusal(400, 'Session not found.', { sessionId });
  const { account } = session;
  const about = { sessionId, taskId: sessionId, account };
  const refuse = (status: number, message: string) => refusal(status, message, about);

  if (clipIds.length < fewestClips) return refuse(400, `At least ${fewestClips} clip IDs are required.`);
  if (new Set(clipIds).size < clipIds.length) return refuse(400, 'clipIds holds the same clip twice.');
  const clips = session.uploads.map((it) => progressOf(state, it, now).resultId);
  const foreign = clipIds.find((it) => !clips.includes(it));
  if (foreign) return refuse(400, `Clip ${foreign.slice(0, 64)} is not an uploaded clip of this session.`);
  const name = parsed.data.name.trim();
  const { longestName, base } = settings.models;
  if (name === '' || [...name].length > longestName) {
    return refuse(400, `name must have 1 to ${longestName} characters.`);
  }
  if (modelsOn(state, account, now) >= settings.modelsPerAccount) {
    return refuse(400, 'The account of this session holds as many models as it may.');
  }
  const credits = settings.prices.create;
  if (state.credits < credits) return refuse(402, 'Insufficient credits.');

  // Whether a second create charges again is undocumented. The sandbox does the worst: it trains and charges.
  const draw = `training ${state.trainings + 1}`;
  const task = {
    kind: 'training',
    taskId: sessionId,
    sessionId,
    account,
    at: now,
    ...taskDuration('training', settings.durations, state.seed, draw),
    resultId: `chirp-custom:${seededUuid(state.seed, draw)}`,
    name,
    clipIds,
    ...(base === undefined ? {} : { base }),
    ...(taskFault ? { fault: taskFault } : {}),
  } as const;
  return { status: 201, body: { taskId: sessionId }, about, credits, change: { task } };
};

const taskStatus = (context: CallContext, taskId: string | null): Outcome => {
  if (!taskId) return refusal(400, 'taskId is required.');
  const { state } = context;
  const music = state.music.get(taskId);
  // The relay's tasks are known to the relay only.
  if (music && music.dialect === undefined) {
    const about = { taskId, account: music.account };
    return { status: 200, body: taskAnswer(context, taskId, music), about, credits: 0 };
  }
  const upload = state.uploads.get(taskId);
  const session = state.sessions.get(upload?.sessionId ?? taskId);
  // What is not known is not repeated either: it may be anything.
  if (!session) return refusal(404, 'Task not found.');
  const body = statusAnswer(context, session, upload);
  const { sessionId, account } = session;
  return { status: 200, body, about: { sessionId, taskId, account }, credits: 0 };
};

/** Carries a call out, changing nothing: the changes are in the outcome. */
export function carryOut(
  call: SandboxCall,
  input: { readonly body: unknown; readonly query: URLSearchParams },
  context: CallContext,
): Outcome {
  switch (call) {
    case 'prepare':
      return newSession(context);
    case 'upload':
      return newUpload(context, input.body, undefined);
    case 'openBatch':
      return newBatch(context);
    case 'addToBatch':
      return newUpload(context, input.body, 'batch');
    case 'create':
      return newTraining(context, input.body);
    case 'status':
      return taskStatus(context, input.query.get('taskId'));
    case 'generate':
      return generate(context, input.body);
    case 'persona':
      return persona(context, input.body);
  }
}
