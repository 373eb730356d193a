import { addFiles } from '../../functions/api/add-files/add-files.ts';
import { route as addition } from '../../functions/api/add-files/route.ts';
import { approveSession } from '../../functions/api/approve-session/approve-session.ts';
import { cancelSession } from '../../functions/api/cancel-session/cancel-session.ts';
import type { CreatedSessionAnswer, SessionAnswer } from '../../functions/api/contract/session.ts';
import { createdBefore, createSession } from '../../functions/api/create-session/create-session.ts';
import { route as creation } from '../../functions/api/create-session/route.ts';
import { decideSession } from '../../functions/api/decide-session/decide-session.ts';
import { deleteSession } from '../../functions/api/delete-session/delete-session.ts';
import { getSession } from '../../functions/api/get-session/get-session.ts';
import { runRequestOf } from '../../functions/api/idempotent-route.ts';
import { replaceTrack } from '../../functions/api/replace-track/replace-track.ts';
import { resumeSession } from '../../functions/api/resume-session/resume-session.ts';
import { routeOf } from '../../functions/api/routes.ts';
import { startSession } from '../../functions/api/start-session/start-session.ts';
import type { decisions } from '../../functions/domain/session.ts';
import type { RunRequest } from '../../functions/domain/start-run.ts';
import { type Swept, sweep } from '../../functions/event-handlers/sweep/sweep.ts';
import type { Content } from './audio-bucket.ts';
import { type Told, told } from './client.ts';
import { bucketWrite } from './clip-audio.ts';
import { createShelf, type Declared, type Delivery, declared, declaredFiles, type Shelf } from './files.ts';
import { requested, subject } from './routes.ts';
import type { World } from './world.ts';

/** A person looks again minutes later: only then the API asks whether an execution is gone. */
const quietMs = 5 * 60_000;

export type Decision = (typeof decisions)[number];

/** What a person, or the schedule, does with one session: the API's functions, in this process. */
export interface Person {
  /** Empty as long as the person knows of none. */
  readonly sessionId: string;
  /** By track, the SHA-256 that it may be declared with: one, unless an answer is missing. */
  readonly declared: ReadonlyMap<string, ReadonlySet<string>>;
  readonly shelf: Shelf;
  /** Makes the requests that come before a start, those that were not answered yet. */
  open(): Promise<Told<unknown>>;
  start(): Promise<Told<unknown>>;
  resume(name?: string): Promise<Told<SessionAnswer>>;
  approve(): Promise<Told<SessionAnswer>>;
  decide(choice: Decision): Promise<Told<SessionAnswer>>;
  cancel(): Promise<Told<SessionAnswer>>;
  /** Declares another file for a track and uploads it. */
  replace(trackId: string, content: Content, delivery?: Delivery): Promise<Told<unknown>>;
  /** Deletes the session with its files. */
  erase(): Promise<Told<void>>;
  look(): Promise<Told<SessionAnswer>>;
  sweep(): Promise<Told<Swept>>;
}

const uploads = {
  put: async ({ key }: { key: string }) => ({
    url: `s3://audio/${key}`,
    headers: {},
    expiresInSeconds: 3600,
  }),
};

/** Where an upload goes. */
const keyOf = ({ url }: Pick<Upload, 'url'>) => new URL(url).pathname.slice(1);

type Upload = Pick<CreatedSessionAnswer['uploads'][number], 'trackId' | 'url'>;

const depsOf = ({ store, executions, settings, clock }: World) => ({
  store,
  executions,
  settings,
  now: clock.now,
});
const uploadingOf = (world: World) => ({
  ...depsOf(world),
  contents: world.contents,
  uploads,
  bucket: 'audio',
});

/** What goes into the body of a request for a session. */
const bodyOf = ({ name, size, sha256 }: Declared) => ({ name, size, sha256 });

export interface Wishes {
  /** `Night Drive` unless given. */
  readonly name?: string;
  readonly kind?: 'batch';
  readonly skipInvalid?: boolean;
  readonly review?: boolean;
  readonly minClips?: number | undefined;
  /** Files of the first request; a batch declares the others by further ones. All in one unless given. */
  readonly slice?: number;
  /** How the bytes of a file arrive, by its index; at once unless given. */
  readonly arrivals?: ReadonlyMap<number, Delivery>;
}

/** Declares a session of these files and uploads them. @throws when that is refused */
export async function openSession(
  world: World,
  contents: readonly (Content | 'copy')[],
  wishes: Wishes = {},
): Promise<Person> {
  const person = declaring(world, contents, wishes);
  const opened = await person.open();
  if ('error' in opened) throw new Error(`The session could not be created: ${opened.reason}`);
  return person;
}

/** A person who is about to do so. */
export function declaring(
  world: World,
  contents: readonly (Content | 'copy')[],
  { slice = contents.length, arrivals, ...wishes }: Wishes = {},
): Person {
  const uploading = uploadingOf(world);
  const files = declaredFiles(contents);
  const person = personAt(world, files.length);
  const key = newId(world.random);
  let sent = 0;
  const body = { name: 'Night Drive', ...wishes, files: files.slice(0, slice).map(bodyOf) };
  const create = () =>
    requested(world, creation, { key, body }, async ({ requestId = key, outcome }) => {
      const made =
        outcome?.sessionId === undefined
          ? await createSession(subject, body, { ...uploading, newId: () => requestId })
          : await createdBefore(outcome.sessionId, body, uploading);
      return { body: made, outcome: { sessionId: made.sessionId } };
    });
  const declare = (answer: Pick<CreatedSessionAnswer, 'sessionId' | 'uploads'>, from: number) => {
    person.found(answer.sessionId);
    for (const upload of answer.uploads) {
      const { trackId } = upload;
      const index = Number(trackId) - 1;
      const file = files[index];
      if (!file) throw new Error(`No file was declared as ${trackId}.`);
      person.hold(upload, file, arrivals?.get(index) ?? 'at once');
    }
    sent = from;
  };
  return {
    ...person,
    get sessionId() {
      return person.sessionId;
    },
    async open() {
      if (sent === 0) {
        const created = await told(world, { name: 'create' }, () => create());
        if ('error' in created) return created;
        declare(created.answer, slice);
      }
      while (sent < files.length) {
        const body = { from: sent, files: files.slice(sent, sent + slice).map(bodyOf) };
        const { sessionId } = person;
        const request = { key: `${key} ${sent}`, sessionId, body };
        const added = await told(world, { name: 'add' }, () =>
          requested(world, addition, request, async ({ outcome }) => {
            const isAnswered = outcome !== undefined;
            const made = await addFiles(sessionId, subject, body, uploading, { isAnswered });
            return { body: made, outcome: {} };
          }),
        );
        if ('error' in added) return added;
        declare(added.answer, sent + slice);
      }
      return { answer: undefined };
    },
  };
}

/** The part of a person that is the same for every way to create a session. */
export interface PersonAt extends Person {
  found(sessionId: string): void;
  /** Keeps in mind what a track is declared with, and uploads it. */
  hold(upload: Upload, file: Declared, how: Delivery): void;
}

/** A person who owns a session, or will. @param declaredBefore files that are declared at first */
export function personAt(world: World, declaredBefore = 0): PersonAt {
  const deps = depsOf(world);
  const shelf = createShelf(world.bucket);
  const declaredAs = new Map<string, ReadonlySet<string>>();
  const replacing = new Map<string, number>();
  let files = declaredBefore;
  let sessionId = '';
  /** A request that begins a run: its repetitions share one idempotency key. */
  const asked = (
    name: 'start' | 'resume' | 'approve' | 'decide',
    body: { name: string } | { choice: Decision } | undefined,
    work: (run: RunRequest) => Promise<SessionAnswer>,
  ) => {
    const request = { key: newId(world.random), sessionId, ...(body && { body }) };
    const who = { name, ...(body && 'choice' in body ? { choice: body.choice } : {}) };
    return told(world, who, () =>
      requested(world, routeOf(`POST /sessions/{id}/${name}`), request, async (given) => ({
        body: await work(runRequestOf(given)),
        outcome: {},
      })),
    );
  };
  return {
    get sessionId() {
      return sessionId;
    },
    found(id) {
      sessionId = id;
    },
    declared: declaredAs,
    shelf,
    hold(upload, file, how) {
      declaredAs.set(upload.trackId, new Set([file.sha256]));
      shelf.deliver(upload.trackId, { ...file, key: keyOf(upload) }, how);
    },
    open: async () => ({ answer: undefined }),
    start: () => asked('start', undefined, (run) => startSession(sessionId, subject, deps, run)),
    resume: (name) => {
      const body = name === undefined ? undefined : { name };
      return asked('resume', body, (run) => resumeSession(sessionId, subject, body ?? {}, deps, run));
    },
    approve: () => asked('approve', undefined, (run) => approveSession(sessionId, subject, deps, run)),
    decide: (choice) =>
      asked('decide', { choice }, (run) => decideSession(sessionId, subject, { choice }, deps, run)),
    cancel: () => told(world, { name: 'cancel' }, () => cancelSession(sessionId, subject, deps)),
    async replace(trackId, content, delivery = 'at once') {
      const file = declared(content, ++files);
      const path = { id: sessionId, trackId };
      const before = declaredAs.get(trackId);
      const others = replacing.get(trackId) ?? 0;
      replacing.set(trackId, others + 1);
      const answer = await told(world, { name: 'replace' }, () =>
        replaceTrack(path, subject, bodyOf(file), uploadingOf(world)),
      );
      // A refused request has declared nothing; an unanswered one, or one of two, may have.
      const refused = 'error' in answer && !answer.unheard && answer.error !== 'StorageUnavailable';
      const alone = 'answer' in answer && others === 0 && replacing.get(trackId) === 1;
      // A manifest's files are declared without a hash, and stay so while it is unknown whether one was replaced.
      if (alone) declaredAs.set(trackId, new Set([file.sha256]));
      else if (!refused && before) declaredAs.set(trackId, new Set([...before, file.sha256]));
      if (alone) replacing.delete(trackId);
      if ('answer' in answer) {
        shelf.deliver(trackId, { ...file, key: keyOf(answer.answer) }, delivery);
      }
      return answer;
    },
    erase: () => {
      const files = {
        abort: async () => {},
        deleteSome: (id: string) =>
          world.invocations.step({ kind: 'write', what: bucketWrite }, async () => {
            const held = world.bucket.holds(id);
            world.bucket.deleteAll(id);
            return held ? 1 : 0;
          }),
      };
      return told(world, { name: 'erase' }, async () => {
        await deleteSession(sessionId, subject, { ...deps, contents: world.contents, files });
      });
    },
    look: () =>
      told(
        world,
        { name: 'look' },
        async () =>
          (await getSession(sessionId, subject, { ...deps, now: () => deps.now() + quietMs, speed: 1 }))
            .answer,
      ),
    sweep: () => told(world, { name: 'sweep' }, () => sweep(deps)),
  };
}

export function newId(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
