import * as z from 'zod';
import { minClipsProblems, nameProblems } from '../../sessions/names.ts';
import { newSession, newTrack, trackIdAt } from '../../sessions/new-session.ts';
import type { Session, Track } from '../../sessions/session.ts';
import { sessionIdOf } from '../../sessions/session-id.ts';
import { ChirpsmithError, type Problem } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';

/** What a person may paste into *Start execution*. */
const consoleInput = z.strictObject({
  /** Name of the model. */
  name: z.string(),
  /** `s3://bucket/key` of each track, in the audio bucket of this stage. */
  audio: z.array(z.string()),
  minClips: z.number().int().optional(),
  skipInvalid: z.boolean().optional(),
  /** Whom the session belongs to in the API: a subject of the tokens. */
  owner: z.string().min(1).max(128).optional(),
});

const s3Uri = /^s3:\/\/([a-z0-9.-]{3,63})\/(.+)$/s;

/**
 * A session from console input. Its id follows from the execution, so that a repeated step finds the same one.
 * @throws ChirpsmithError BadInput listing every problem at once
 */
export function sessionFromConsole(
  input: unknown,
  execution: { Id: string },
  context: { bucket: string; settings: Settings; now: string },
): { session: Session; tracks: Track[] } {
  const { bucket, settings } = context;
  const parsed = consoleInput.safeParse(input);
  if (!parsed.success) throw badInput(parsed.error.issues.flatMap(issueProblems));
  const {
    name,
    audio,
    minClips = settings.limits.minClips,
    skipInvalid = false,
    owner = 'console',
  } = parsed.data;

  const problems: Problem[] = [
    ...nameProblems(name, settings.limits),
    ...minClipsProblems(minClips, settings.limits),
  ];
  const least = Math.max(minClips, settings.limits.minClips);
  if (audio.length < least || audio.length > settings.limits.maxTracks) {
    const range = `give ${least} to ${settings.limits.maxTracks}`;
    problems.push({ where: 'audio', message: `lists ${audio.length} tracks: ${range}` });
  }
  const sessionId = sessionIdOf(execution.Id);
  const tracks = audio.map((uri, index) => {
    const [, foundBucket, key] = s3Uri.exec(uri) ?? [];
    if (foundBucket === undefined || key === undefined) {
      problems.push({ where: `audio[${index}]`, message: 'is not of the form s3://bucket/key' });
    } else if (foundBucket !== bucket) {
      const move = `copy it into the audio bucket, ${bucket}`;
      problems.push({
        where: `audio[${index}]`,
        message: `lies in ${foundBucket}, which may not be read: ${move}`,
      });
    }
    const file = key?.split('/').at(-1) || uri;
    return newTrack(
      { sessionId, trackId: trackIdAt(index), file, source: { bucket, key: key ?? '' } },
      settings,
    );
  });
  if (problems.length > 0) throw badInput(problems);

  const given = { sessionId, owner, startedBy: 'console', name: name.trim(), minClips, skipInvalid } as const;
  return { session: newSession(given, settings, context.now), tracks };
}

function issueProblems(issue: z.core.$ZodIssue): Problem[] {
  if (issue.code !== 'unrecognized_keys')
    return [{ where: issue.path.join('.') || 'input', message: issue.message }];
  return issue.keys.map((key) => ({
    where: key,
    message: 'is not a field of the input: remove it or correct its name',
  }));
}

const badInput = (problems: Problem[]) =>
  new ChirpsmithError('BadInput', 'The input of the execution cannot be used.', { problems });
