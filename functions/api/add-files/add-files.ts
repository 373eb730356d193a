import { confirmedRights, extendedRights, type Rights, rightsProblem } from '../../domain/rights.ts';
import type { Session, Track } from '../../domain/session.ts';
import type { RunRequest } from '../../domain/start-run.ts';
import type { BodyOf, Deps } from '../../runtime/spec.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import type { CreatedSessionAnswer } from '../contract/session.ts';
import { declaredTracks, fileProblems, uploadsOf } from '../declared-files.ts';
import { ownSessionAlone } from '../find-owned-session.ts';
import type { route } from './route.ts';

export type AddFilesDeps = Omit<Deps<typeof route>, 'requests'>;

/**
 * `POST /sessions/{id}/files`: declares further files of a batch and hands out their upload URLs, because those of
 * thousands fit into no one response. The request reserves its place in the session's record first, so that of two
 * concurrent requests one gets an error. A client without a response repeats the request, also after a run has found
 * files missing.
 * @throws ChirpsmithError BadInput, SessionNotFound, NotPossible once it has been started, RecordConflict
 */
export async function addFiles(
  sessionId: string,
  subject: string,
  { from, files, rights = false }: BodyOf<typeof route>,
  deps: AddFilesDeps,
  { isAnswered = false }: Pick<RunRequest, 'isAnswered'> = {},
): Promise<CreatedSessionAnswer> {
  const { limits } = deps.settings;
  const session = await ownSessionAlone(sessionId, subject, deps.store);
  const place = { sessionId: session.sessionId, kind: session.kind, from };
  if (isAnswered) return uploadsOf({ session, tracks: declaredTracks(files, place, deps) }, deps);
  requireUnsent(session);
  const { declared = 0 } = session;
  const to = from + files.length;

  const problems = files.flatMap(({ name, size }) => fileProblems(name, size, limits));
  if (from > declared) {
    problems.push({ where: 'from', message: `is ${from}: only ${declared} files are declared so far` });
  } else if (from < declared && to > declared) {
    problems.push({ where: 'files', message: `overlap: ${declared} files are declared already` });
  }
  if (to > limits.maxBatchFiles) {
    problems.push({
      where: 'files',
      message: `come to ${to} with these: at most ${limits.maxBatchFiles} are taken`,
    });
  }
  if (deps.settings.rightsQuestion && !rights) problems.push(rightsProblem('the request'));
  if (problems.length > 0) throw new ChirpsmithError('BadInput', 'The files cannot be added.', { problems });

  const tracks = declaredTracks(files, place, deps);
  const confirmation = { confirmedBy: subject, confirmedAt: new Date(deps.now()).toISOString() };
  const covered = rights ? rightsWith(session, tracks, confirmation) : undefined;
  const claimed =
    from === declared ? await deps.store.updateSession(session, { declared: to, rights: covered }) : session;
  await deps.store.addTracks(claimed, tracks);
  return uploadsOf({ session: claimed, tracks }, deps);
}

/** The answer for all files so far; none where files before these have none. */
function rightsWith(
  { rights, declared = 0 }: Session,
  more: readonly Track[],
  by: Pick<Rights, 'confirmedBy' | 'confirmedAt'>,
): Rights | undefined {
  if (declared === 0) return confirmedRights(more, by);
  return rights && extendedRights(rights, more, by);
}

/** A run that found a slice declared by half has failed before it sent anything: the rest of the slice is still taken. */
function requireUnsent({ kind, status, providerSessionId }: Session): void {
  const isUnsent = status === 'open' || (status === 'failed' && providerSessionId === undefined);
  if (kind === 'batch' && isUnsent) return;
  const stands = kind === 'batch' ? `it is "${status}"` : 'it is no batch';
  throw new ChirpsmithError('NotPossible', `The session takes no further files: ${stands}.`);
}
