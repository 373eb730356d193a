import { addFiles } from '../../../functions/api/add-files/add-files.ts';
import { approveSession } from '../../../functions/api/approve-session/approve-session.ts';
import { cancelSession } from '../../../functions/api/cancel-session/cancel-session.ts';
import type { SessionAnswer } from '../../../functions/api/contract.ts';
import { createSession } from '../../../functions/api/create-session/create-session.ts';
import { decideSession } from '../../../functions/api/decide-session/decide-session.ts';
import { deleteSession } from '../../../functions/api/delete-session/delete-session.ts';
import { getSession } from '../../../functions/api/get-session/get-session.ts';
import { replaceTrack } from '../../../functions/api/replace-track/replace-track.ts';
import { resumeSession } from '../../../functions/api/resume-session/resume-session.ts';
import { startSession } from '../../../functions/api/start-session/start-session.ts';
import { type Swept, sweep } from '../../../functions/events/sweep/sweep.ts';
import type { decisions } from '../../../functions/sessions/session.ts';
import { nameError } from '../../../functions/shared/aws-errors.ts';
import type { ErrorName } from '../../../functions/shared/errors.ts';
import { type Content, digest } from './audio-bucket.ts';
import { bucketWrite } from './clip-audio.ts';
import type { World } from './world.ts';

/** What a person is told: an answer, or an error in our names with its sentence. */
export type Told<T> = { readonly answer: T } | { readonly error: ErrorName; readonly reason: string };

export type Decision = (typeof decisions)[number];

/** What a person, or the schedule, does with one session: the API's functions, in this process. */
export interface Person {
  readonly sessionId: string;
  start(): Promise<Told<SessionAnswer>>;
  resume(name?: string): Promise<Told<SessionAnswer>>;
  approve(): Promise<Told<SessionAnswer>>;
  decide(choice: Decision): Promise<Told<SessionAnswer>>;
  cancel(): Promise<Told<SessionAnswer>>;
  /** Declares another file for a track and uploads it. */
  replace(trackId: string, content: Content): Promise<Told<unknown>>;
  /** Deletes the session with its files. */
  erase(): Promise<Told<void>>;
  look(): Promise<Told<SessionAnswer>>;
  sweep(): Promise<Told<Swept>>;
}

/** Whose sessions they are. */
export const subject = 'ana';

const uploads = {
  put: async ({ key }: { key: string }) => ({
    url: `s3://audio/${key}`,
    headers: {},
    expiresInSeconds: 3600,
  }),
};

/** Where an upload goes. */
const keyOf = ({ url }: { readonly url: string }) => new URL(url).pathname.slice(1);

/** Each session of the rig is asked for once. */
const contents = {
  claim: async (_: string, { sessionId }: { sessionId: string }) => ({ sessionId, claimedAt: 0 }),
  forget: async () => {},
};

const depsOf = ({ store, executions, settings, clock }: World) => ({
  store,
  executions,
  settings,
  now: clock.now,
});
const uploadingOf = (world: World) => ({ ...depsOf(world), contents, uploads, bucket: 'audio' });

/** Runs a function of the API, whose wrapper tells whatever goes wrong in our names. */
export function told<T>(world: World, name: string, work: () => Promise<T>): Promise<Told<T>> {
  return world.during(async () => {
    try {
      return { answer: await world.invocations.run({ name }, work) };
    } catch (error) {
      const { name: named, message } = nameError(error);
      return { error: named, reason: message };
    }
  });
}

/** A file as it is declared, the number of which makes it differ from all others. */
function declared(content: Content, number: number) {
  const name = `${content} ${number}.wav`;
  return { name, size: 1000 + number, sha256: digest(name) };
}

export interface Wishes {
  readonly kind?: 'batch';
  readonly skipInvalid?: boolean;
  readonly review?: boolean;
  readonly minClips?: number;
  /** Files of the first request; a batch declares the others by further ones. All in one unless given. */
  readonly slice?: number;
}

/** Declares a session of these files and uploads them. */
export async function openSession(
  world: World,
  files: readonly (Content | 'copy')[],
  { slice = files.length, ...wishes }: Wishes = {},
): Promise<Person> {
  const uploading = uploadingOf(world);
  const contents: Content[] = [];
  const bodies: ReturnType<typeof declared>[] = [];
  for (const [index, content] of files.entries()) {
    const [before, body] = [contents.at(-1), bodies.at(-1)];
    const isCopy = content === 'copy' && before !== undefined && body !== undefined;
    const own = isCopy ? before : content === 'copy' ? 'song' : content;
    contents.push(own);
    bodies.push(isCopy ? { ...body, name: `copy ${index + 1}.wav` } : declared(own, index + 1));
  }
  const put = ({ uploads }: { uploads: readonly { trackId: string; url: string }[] }) => {
    for (const upload of uploads) {
      const index = Number(upload.trackId) - 1;
      const body = bodies[index];
      if (body) world.bucket.put(keyOf(upload), { ...body, content: contents[index] ?? 'song' });
    }
  };

  const body = { name: 'Night Drive', files: bodies.slice(0, slice), ...wishes };
  const created = answerOf(
    await told(world, 'create', () =>
      createSession(subject, body, { ...uploading, newId: () => newId(world.random) }),
    ),
  );
  const { sessionId } = created;
  put(created);
  for (let from = slice; from < bodies.length; from += slice) {
    const further = { from, files: bodies.slice(from, from + slice) };
    put(answerOf(await told(world, 'add', () => addFiles(sessionId, subject, further, uploading))));
  }
  return personAt(world, sessionId, bodies.length);
}

function answerOf<T>(told: Told<T>): T {
  if ('answer' in told) return told.answer;
  throw new Error(`The session could not be created: ${told.reason}`);
}

/** Somebody who owns this session. @param declaredBefore files that were declared so far */
export function personAt(world: World, sessionId: string, declaredBefore = 0): Person {
  const deps = depsOf(world);
  let files = declaredBefore;
  return {
    sessionId,
    start: () => told(world, 'start', () => startSession(sessionId, subject, deps)),
    resume: (name) =>
      told(world, 'resume', () =>
        resumeSession(sessionId, subject, name === undefined ? undefined : { name }, deps),
      ),
    approve: () => told(world, 'approve', () => approveSession(sessionId, subject, deps)),
    decide: (choice) => told(world, 'decide', () => decideSession(sessionId, subject, { choice }, deps)),
    cancel: () => told(world, 'cancel', () => cancelSession(sessionId, subject, deps)),
    async replace(trackId, content) {
      const file = declared(content, ++files);
      const path = { id: sessionId, trackId };
      const answer = await told(world, 'replace', () =>
        replaceTrack(path, subject, file, uploadingOf(world)),
      );
      if ('answer' in answer) world.bucket.put(keyOf(answer.answer), { ...file, content });
      return answer;
    },
    erase: () => {
      const files = {
        deleteAll: (id: string) =>
          world.invocations.step({ kind: 'write', what: bucketWrite }, async () =>
            world.bucket.deleteAll(id),
          ),
      };
      return told(world, 'erase', () => deleteSession(sessionId, subject, { ...deps, contents, files }));
    },
    look: () =>
      told(world, 'look', async () => (await getSession(sessionId, subject, { ...deps, speed: 1 })).answer),
    sweep: () => told(world, 'sweep', () => sweep(deps)),
  };
}

export function newId(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
