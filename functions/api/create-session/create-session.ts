import { newSession } from '../../domain/new-session.ts';
import { confirmedRights, rightsProblem } from '../../domain/rights.ts';
import { isTerminated, type Session } from '../../domain/session.ts';
import type { SessionWithTracks } from '../../domain/session-records.ts';
import { minClipsProblems, nameProblems } from '../../domain/validate-names.ts';
import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError, type Problem } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import { contentKeyOf } from '../../storage/session-contents.ts';
import type { CreatedSessionAnswer, CreateSessionBody } from '../contract/session.ts';
import { declaredTracks, fileProblems, uploadsOf } from '../declared-files.ts';
import { nothingIfUnknown } from '../find-owned-session.ts';
import type { route } from './route.ts';

export type CreateSessionDeps = Omit<Deps<typeof route>, 'requests'> & {
  /** The id of the session to be created: the same when the same request is repeated. */
  readonly newId: () => string;
};

/** Milliseconds after which a session that was claimed and is not recorded will not be: the function has 20 s. */
const longestRequest = 30_000;

/**
 * `POST /sessions`: checks what is declared, records the session, and hands out one upload URL per file.
 * Files with the same bytes share one upload. The same files under the same name are one session: the one that is
 * there is answered, unless the request says `again`. Nothing is spent.
 * @throws ChirpsmithError BadInput listing every field and file at once, RecordConflict while another request creates
 *   the same session, SessionNotFound where only an existing one is wanted
 */
export async function createSession(
  subject: string,
  given: CreateSessionBody,
  deps: CreateSessionDeps,
): Promise<CreatedSessionAnswer> {
  const { settings, store } = deps;
  const { limits } = settings;
  const { name, files, kind = 'train', skipInvalid = kind === 'batch', review = false } = given;
  const contentKey = keyOf(subject, given);
  const minClips = given.minClips ?? limits.minClips;
  const sessionId = deps.newId();
  const tracks = declaredTracks(files, { sessionId, kind, from: 0 }, deps);
  const different = tracks.filter(({ status }) => status !== 'duplicate').length;

  const problems = [
    ...nameProblems(name, limits),
    ...(kind === 'batch' ? batchProblems(given) : minClipsProblems(minClips, limits)),
    ...tracks.flatMap(({ file, size = 0 }) => fileProblems(file, size, limits)),
    ...(kind === 'batch' ? [] : countProblems(tracks.length, different, minClips, limits)),
    ...(kind === 'batch' || given.content === undefined ? [] : [contentProblem]),
  ];
  const isUnconfirmed = settings.rightsQuestion && given.rights !== true && !given.onlyExisting;
  const refused = (found: readonly Problem[]) => {
    const all = isUnconfirmed ? [...found, rightsProblem('the request')] : found;
    return new ChirpsmithError('BadInput', 'The session cannot be created.', { problems: all });
  };
  if (problems.length > 0) throw refused(problems);

  const createdAt = new Date(deps.now()).toISOString();
  const confirmation = { confirmedBy: subject, confirmedAt: createdAt };
  const session = newSession(
    {
      sessionId,
      kind,
      owner: subject,
      startedBy: 'api',
      name: name.trim(),
      ...(given.minClips === undefined ? {} : { minClips: given.minClips }),
      skipInvalid,
      review,
      ...(contentKey === undefined ? {} : { contentKey }),
      ...(kind === 'batch' ? { declared: files.length } : {}),
      ...(given.rights ? { rights: confirmedRights(tracks, confirmation) } : {}),
    },
    settings,
    createdAt,
  );
  if (given.onlyExisting) return existingAlone(given, session, deps);
  const again = given.again ?? false;
  // Without the rights a session is answered that has them, and none is created.
  const existing = isUnconfirmed
    ? again
      ? undefined
      : await foundOf(session, deps)
    : await existingOf(session, again, deps);
  if (existing) {
    refuseOtherOptions(given, existing.session);
    return { ...(await uploadsOf(existing, deps)), existing: true };
  }
  if (isUnconfirmed) throw refused([]);
  const answer = await uploadsOf({ session, tracks }, deps);
  try {
    await store.create(session, tracks);
  } catch (error) {
    if (!(error instanceof ChirpsmithError && error.name === 'RecordConflict')) throw error;
    // Its id is this request's: it was created by an earlier try, whose response was lost.
    return createdBefore(sessionId, given, deps);
  }
  return answer;
}

/** @throws ChirpsmithError SessionNotFound, BadInput */
async function existingAlone(
  given: CreateSessionBody,
  session: Session,
  deps: CreateSessionDeps,
): Promise<CreatedSessionAnswer> {
  const found = await foundOf(session, deps);
  if (!found) {
    throw new ChirpsmithError('SessionNotFound', 'There is no session of these files under this name.');
  }
  refuseOtherOptions(given, found.session);
  return { ...(await uploadsOf(found, deps)), existing: true };
}

/**
 * The answer to a request that was answered before, with its uploads signed anew.
 * @param sessionId what it was answered with
 * @throws ChirpsmithError NotPossible when that session is gone
 */
export async function createdBefore(
  sessionId: string,
  { files }: Pick<CreateSessionBody, 'files'>,
  deps: Omit<CreateSessionDeps, 'newId' | 'contents'>,
): Promise<CreatedSessionAnswer> {
  const session = await deps.store.requireSession(sessionId).catch(nothingIfUnknown);
  if (!session) {
    const words =
      'The session that this Idempotency-Key has created is gone: send a new key to create another.';
    throw new ChirpsmithError('NotPossible', words);
  }
  const { kind } = session;
  // Of a batch those of the request, for there may be thousands by now.
  if (kind === 'batch')
    return uploadsOf({ session, tracks: declaredTracks(files, { sessionId, kind, from: 0 }, deps) }, deps);
  return uploadsOf(await deps.store.require(sessionId), deps);
}

/** Further files of a batch may come, so that it is known by what it says of all of them, or not at all. */
function keyOf(owner: string, { kind = 'train', name, files, content }: CreateSessionBody) {
  const hashes = kind === 'train' ? files.map(({ sha256 }) => sha256) : content && [content];
  return hashes && contentKeyOf({ owner, kind, name, hashes });
}

/** The session of the same content, if there is one; else the content is this session's from now on. */
async function existingOf(
  session: Session,
  again: boolean,
  { store, contents, now }: CreateSessionDeps,
): Promise<SessionWithTracks | undefined> {
  const { sessionId, contentKey, expiresAt } = session;
  if (contentKey === undefined) return undefined;
  const claim = (over?: string) =>
    contents.claim(contentKey, { sessionId, expiresAt, ...(over === undefined ? {} : { over }) });
  const first = await claim(again ? 'any' : undefined);
  if (first.sessionId === sessionId) return undefined;
  const found = await recorded(first.sessionId, session, store);
  if (found && !isTerminated(found.session)) return found;
  if (found || now() - first.claimedAt > longestRequest) {
    // Given up, or of a request that ended before it recorded its session.
    const second = await claim(first.sessionId);
    if (second.sessionId === sessionId) return undefined;
  }
  throw new ChirpsmithError('RecordConflict', 'The same session is being created: repeat the request.');
}

/** The session that there is for the content. Nothing is written. */
async function foundOf(
  session: Session,
  { store, contents }: CreateSessionDeps,
): Promise<SessionWithTracks | undefined> {
  const claim = session.contentKey === undefined ? undefined : await contents.find(session.contentKey);
  const found = claim && (await recorded(claim.sessionId, session, store));
  return found && !isTerminated(found.session) ? found : undefined;
}

/** Of a batch without its tracks, of which there may be thousands. */
async function recorded(
  sessionId: string,
  { kind }: Session,
  store: CreateSessionDeps['store'],
): Promise<SessionWithTracks | undefined> {
  if (kind !== 'batch') return store.read(sessionId);
  const session = await store.requireSession(sessionId).catch(nothingIfUnknown);
  return session && { session, tracks: [] };
}

/** What was asked for must hold for the session that goes on: a review before the training is paid, above all. */
function refuseOtherOptions(given: CreateSessionBody, session: Session): void {
  const options = ['minClips', 'skipInvalid', 'review'] as const;
  const problems = options.flatMap((where): Problem[] => {
    const wanted = given[where];
    if (wanted === undefined || wanted === session[where]) return [];
    const message = `is ${wanted}, and ${session[where] ?? 'not given'} in the session: leave it out, or create another session with "again"`;
    return [{ where, message }];
  });
  if (problems.length === 0) return;
  const words = `These files have a session under this name already, created with other options: ${session.sessionId}.`;
  throw new ChirpsmithError('BadInput', words, { problems });
}

const contentProblem = { where: 'content', message: 'is of a batch only: leave it out' };

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
