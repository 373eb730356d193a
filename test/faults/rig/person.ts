import { approveSession } from '../../../functions/api/approve-session/approve-session.ts';
import { cancelSession } from '../../../functions/api/cancel-session/cancel-session.ts';
import type { SessionAnswer } from '../../../functions/api/contract.ts';
import { createSession } from '../../../functions/api/create-session/create-session.ts';
import { decideSession } from '../../../functions/api/decide-session/decide-session.ts';
import { getSession } from '../../../functions/api/get-session/get-session.ts';
import { replaceTrack } from '../../../functions/api/replace-track/replace-track.ts';
import { resumeSession } from '../../../functions/api/resume-session/resume-session.ts';
import { startSession } from '../../../functions/api/start-session/start-session.ts';
import { type Swept, sweep } from '../../../functions/events/sweep/sweep.ts';
import type { decisions } from '../../../functions/sessions/session.ts';
import { nameError } from '../../../functions/shared/aws-errors.ts';
import type { ErrorName } from '../../../functions/shared/errors.ts';
import { type Content, digest } from './audio-bucket.ts';
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
  look(): Promise<Told<SessionAnswer>>;
  sweep(): Promise<Told<Swept>>;
}

const subject = 'ana';
const uploads = {
  put: async () => ({ url: 'http://127.0.0.1/', headers: {}, expiresInSeconds: 3600 }),
};

/** Declares a session of these files and uploads them. */
export async function openSession(
  world: World,
  files: readonly Content[],
  wishes: { readonly skipInvalid?: boolean; readonly review?: boolean; readonly minClips?: number } = {},
): Promise<Person> {
  const { store, executions, settings, clock, bucket } = world;
  const deps = { store, executions, settings, now: clock.now };
  const uploading = { ...deps, uploads, bucket: 'audio' };
  let files_ = 0;
  const declared = (content: Content) => {
    const name = `${content} ${++files_}.wav`;
    return { name, size: 1000 + files_, sha256: digest(name) };
  };

  /** As the API's wrapper does it: whatever goes wrong is told in our names. */
  const told = <T>(name: string, work: () => Promise<T>): Promise<Told<T>> =>
    world.during(async () => {
      try {
        return { answer: await world.invocations.run({ name }, work) };
      } catch (error) {
        const { name: named, message } = nameError(error);
        return { error: named, reason: message };
      }
    });

  const bodies = files.map(declared);
  const body = { name: 'Night Drive', files: bodies, ...wishes };
  const created = await told('create', () =>
    createSession(subject, body, { ...uploading, newId: () => idOf(world.random) }),
  );
  if ('error' in created) throw new Error(`The session could not be created: ${created.reason}`);
  const { sessionId } = created.answer;
  const keyOf = (trackId: string) => `audio/${sessionId}/${trackId}`;
  for (const { trackId } of created.answer.uploads) {
    const index = Number(trackId) - 1;
    bucket.put(keyOf(trackId), files[index] ?? 'song', bodies[index]?.sha256 ?? '');
  }

  return {
    sessionId,
    start: () => told('start', () => startSession(sessionId, subject, deps)),
    resume: (name) =>
      told('resume', () =>
        resumeSession(sessionId, subject, name === undefined ? undefined : { name }, deps),
      ),
    approve: () => told('approve', () => approveSession(sessionId, subject, deps)),
    decide: (choice) => told('decide', () => decideSession(sessionId, subject, { choice }, deps)),
    cancel: () => told('cancel', () => cancelSession(sessionId, subject, deps)),
    async replace(trackId, content) {
      const file = declared(content);
      const path = { id: sessionId, trackId };
      const answer = await told('replace', () => replaceTrack(path, subject, file, uploading));
      if ('answer' in answer) bucket.put(keyOf(trackId), content, file.sha256);
      return answer;
    },
    look: () =>
      told('look', async () => (await getSession(sessionId, subject, { ...deps, speed: 1 })).answer),
    sweep: () => told('sweep', () => sweep(deps)),
  };
}

function idOf(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
