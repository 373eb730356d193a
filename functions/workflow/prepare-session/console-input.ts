import * as z from 'zod';
import { readAudioUrl } from '../../sessions/audio-url.ts';
import { minClipsProblems, nameProblems } from '../../sessions/names.ts';
import { newSession, newTrack, trackIdAt } from '../../sessions/new-session.ts';
import type { Session, Track } from '../../sessions/session.ts';
import { sessionIdOf } from '../../sessions/session-id.ts';
import { ChirpsmithError, type Problem } from '../../shared/errors.ts';
import { issueProblems } from '../../shared/issue-problems.ts';
import type { Settings } from '../../shared/settings.ts';

/** What a person may paste into *Start execution*, and what a manifest in the inbox becomes. */
const consoleInput = z.strictObject({
  /** Name of the model. */
  name: z.string(),
  /** `s3://bucket/key` of each track, in the audio bucket of this stage; or an `https://` URL. */
  audio: z.array(z.string()),
  minClips: z.number().int().optional(),
  skipInvalid: z.boolean().optional(),
  /** Stop before the training until it is approved. */
  review: z.boolean().optional(),
  /** Whom the session belongs to in the API: a subject of the tokens. */
  owner: z.string().min(1).max(128).optional(),
  /** Set by the inbox. */
  startedBy: z.literal('manifest').optional(),
});

/** How the inbox starts an execution. */
export type ConsoleInput = z.infer<typeof consoleInput>;

const s3Uri = /^s3:\/\/([a-z0-9.-]{3,63})\/(.+)$/s;

/**
 * A session from console input. Its id follows from the execution, so that a repeated step finds the same one.
 * @throws ChirpsmithError BadInput listing every problem at once
 */
export function sessionFromConsole(
  input: unknown,
  execution: { Id: string },
  { bucket, settings, now }: { bucket: string; settings: Settings; now: string },
): { session: Session; tracks: Track[] } {
  const parsed = consoleInput.safeParse(input);
  if (!parsed.success)
    throw badInput(
      parsed.error.issues.flatMap((issue) => issueProblems(issue, { whole: 'input', words: 'the input' })),
    );
  const {
    name,
    audio,
    minClips = settings.limits.minClips,
    skipInvalid = false,
    review = false,
    owner = 'console',
    startedBy = 'console',
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
  const firstWith = new Map<string, number>();
  const tracks = audio.flatMap((uri, index) => {
    const found = audioAt(uri, bucket);
    if ('problem' in found) {
      problems.push({ where: `audio[${index}]`, message: found.problem });
      return [];
    }
    // Equal bytes in the bucket are found by looking at them; what lies elsewhere is not looked at.
    const first = 'url' in found.source ? firstWith.get(found.source.url) : undefined;
    if (first !== undefined) {
      problems.push({ where: `audio[${index}]`, message: `is audio[${first}] again: list each track once` });
    }
    if ('url' in found.source) firstWith.set(found.source.url, first ?? index);
    return [newTrack({ sessionId, trackId: trackIdAt(index), ...found }, settings)];
  });
  if (problems.length > 0) throw badInput(problems);

  const given = { sessionId, owner, startedBy, name: name.trim(), minClips, skipInvalid, review } as const;
  return { session: newSession(given, settings, now), tracks };
}

function audioAt(uri: string, bucket: string): { problem: string } | Pick<Track, 'file' | 'source'> {
  const [, foundBucket, key] = s3Uri.exec(uri) ?? [];
  if (foundBucket === undefined || key === undefined) {
    const found = readAudioUrl(uri);
    return 'problem' in found ? found : { file: found.file, source: { url: found.url } };
  }
  if (foundBucket !== bucket) {
    const move = `copy it into the audio bucket, ${bucket}`;
    return { problem: `lies in ${foundBucket}, which may not be read: ${move}` };
  }
  return { file: key.split('/').at(-1) || uri, source: { bucket, key } };
}

const badInput = (problems: Problem[]) =>
  new ChirpsmithError('BadInput', 'The input of the execution cannot be used.', { problems });
