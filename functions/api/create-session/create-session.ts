import { minClipsProblems, nameProblems } from '../../sessions/names.ts';
import { newSession } from '../../sessions/new-session.ts';
import type { SessionStore } from '../../sessions/session-store.ts';
import { ChirpsmithError, type Problem } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import { type CreatedSessionAnswer, createSessionBody } from '../contract.ts';
import { type DeclareDeps, declaredTracks, fileProblems, uploadsOf } from '../declared-files.ts';
import { parseInput } from '../request.ts';

export interface CreateSessionDeps extends DeclareDeps {
  readonly store: SessionStore;
  readonly newId: () => string;
}

/**
 * `POST /sessions`: checks what is declared, records the session, and hands out one upload URL per file.
 * Files with the same bytes share one upload. Nothing is spent.
 * @throws ChirpsmithError BadInput listing every field and file at once
 */
export async function createSession(
  subject: string,
  body: unknown,
  deps: CreateSessionDeps,
): Promise<CreatedSessionAnswer> {
  const { settings, store } = deps;
  const { limits } = settings;
  const given = parseInput(createSessionBody, body);
  const { name, files, kind = 'train', skipInvalid = kind === 'batch', review = false } = given;
  const minClips = given.minClips ?? (kind === 'batch' ? 1 : limits.minClips);
  const sessionId = deps.newId();
  const tracks = declaredTracks(files, { sessionId, kind, from: 0 }, deps);
  const different = tracks.filter(({ status }) => status !== 'duplicate').length;

  const problems = [
    ...nameProblems(name, limits),
    ...(kind === 'batch' ? batchProblems(given) : minClipsProblems(minClips, limits)),
    ...tracks.flatMap(({ file, size = 0 }) => fileProblems(file, size, limits)),
    ...(kind === 'batch' ? [] : countProblems(tracks.length, different, minClips, limits)),
  ];
  if (problems.length > 0)
    throw new ChirpsmithError('BadInput', 'The session cannot be created.', { problems });

  const answer = await uploadsOf(sessionId, tracks, deps);
  const session = {
    sessionId,
    kind,
    owner: subject,
    startedBy: 'api',
    name: name.trim(),
    minClips,
    skipInvalid,
    review,
    ...(kind === 'batch' ? { declared: files.length } : {}),
  } as const;
  await store.create(newSession(session, settings, new Date(deps.now()).toISOString()), tracks);
  return answer;
}

/** A batch has no model: what is about one has no meaning there. */
function batchProblems(given: { files: readonly unknown[] } & Record<string, unknown>): Problem[] {
  const problems = ['minClips', 'skipInvalid', 'review']
    .filter((field) => given[field] !== undefined)
    .map((field) => ({ where: field, message: 'has no meaning for a batch: leave it out' }));
  if (given.files.length === 0)
    problems.push({ where: 'files', message: 'are none: a batch needs at least 1' });
  return problems;
}

function countProblems(
  files: number,
  different: number,
  minClips: number,
  { maxTracks }: Settings['limits'],
): Problem[] {
  const problems: Problem[] = [];
  if (files > maxTracks)
    problems.push({ where: 'files', message: `are ${files}: at most ${maxTracks} are taken` });
  if (different < minClips) {
    const message = `hold ${different} different tracks: the model needs at least ${minClips}`;
    problems.push({ where: 'files', message });
  }
  return problems;
}
