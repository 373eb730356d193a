import { minClipsProblems, nameProblems } from '../../sessions/names.ts';
import { newSession, newTrack, trackIdAt } from '../../sessions/new-session.ts';
import type { Track } from '../../sessions/session.ts';
import type { SessionStore } from '../../sessions/session-store.ts';
import { ChirpsmithError, type Problem } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import { type CreatedSessionAnswer, createSessionBody } from '../contract.ts';
import { parseInput } from '../request.ts';

export interface CreateSessionDeps {
  readonly store: SessionStore;
  readonly uploads: {
    put(object: { key: string; size: number; sha256: string }): Promise<{
      url: string;
      headers: Record<string, string>;
      expiresInSeconds: number;
    }>;
  };
  readonly bucket: string;
  readonly settings: Settings;
  readonly now: () => number;
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
  const { settings, bucket, store } = deps;
  const {
    name,
    files,
    minClips = settings.limits.minClips,
    skipInvalid = false,
    review = false,
  } = parseInput(createSessionBody, body);
  const sessionId = deps.newId();
  const now = deps.now();

  const firstWith = new Map<string, string>();
  const tracks = files.map(({ name: file, size, sha256 }, index): Track => {
    const trackId = trackIdAt(index);
    const digest = sha256.toLowerCase();
    const duplicateOf = firstWith.get(digest);
    if (duplicateOf === undefined) firstWith.set(digest, trackId);
    const source = { bucket, key: `audio/${sessionId}/${duplicateOf ?? trackId}` };
    const known = { sessionId, trackId, file, source, size, sha256: digest };
    return newTrack(
      duplicateOf === undefined ? known : { ...known, status: 'duplicate', duplicateOf },
      settings,
    );
  });

  const problems = [
    ...nameProblems(name, settings.limits),
    ...minClipsProblems(minClips, settings.limits),
    ...tracks.flatMap(({ file, size = 0 }) => fileProblems(file, size, settings.limits)),
    ...countProblems(tracks.length, firstWith.size, minClips, settings.limits),
  ];
  if (problems.length > 0)
    throw new ChirpsmithError('BadInput', 'The session cannot be created.', { problems });

  const uploads = await Promise.all(
    tracks.flatMap(({ trackId, file, size = 0, sha256 = '', status }) => {
      if (status === 'duplicate') return [];
      const signed = deps.uploads.put({ key: `audio/${sessionId}/${trackId}`, size, sha256 });
      return [signed.then((upload) => ({ trackId, file, ...upload }))];
    }),
  );
  const given = {
    sessionId,
    owner: subject,
    startedBy: 'api',
    name: name.trim(),
    minClips,
    skipInvalid,
    review,
  } as const;
  await store.create(newSession(given, settings, new Date(now).toISOString()), tracks);

  return {
    sessionId,
    status: 'open',
    uploads: uploads.map(({ trackId, file, url, headers, expiresInSeconds }) => {
      const expiresAt = new Date(now + expiresInSeconds * 1000).toISOString();
      return { trackId, file, method: 'PUT', url, headers, expiresAt };
    }),
    duplicates: tracks.flatMap(({ trackId, file, duplicateOf }) =>
      duplicateOf === undefined ? [] : [{ trackId, file, duplicateOf }],
    ),
  };
}

/** What is wrong with one declared file, or nothing. */
export function fileProblems(file: string, size: number, { maxBytes }: Settings['limits']): Problem[] {
  if (size <= 0) return [{ where: file, message: 'is empty: leave it out or replace it' }];
  if (size <= maxBytes) return [];
  const megabytes = Math.floor(maxBytes / 1024 / 1024);
  return [{ where: file, message: `is larger than ${megabytes} MB: use a shorter or a compressed file` }];
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
