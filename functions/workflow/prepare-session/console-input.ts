import * as z from 'zod';
import { nobody } from '../../domain/claim-run.ts';
import { newSession } from '../../domain/new-session.ts';
import { tracksOf } from '../../domain/parse-audio-sources.ts';
import type { Session, Track } from '../../domain/session.ts';
import { minClipsProblems, nameProblems } from '../../domain/validate-names.ts';
import type { Problem } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import { badConsoleInput, consoleFields, parseConsole, rightsGiven, rightsProblems } from '../prepare.ts';

/** What a person may paste into *Start execution*, and what a manifest in the inbox becomes. */
const consoleInput = z.strictObject({
  /** `name` is the model's. */
  ...consoleFields,
  /** `s3://bucket/key` of each track, in the audio bucket of this stage; or an `https://` URL. */
  audio: z.array(z.string()),
  minClips: z.number().int().optional(),
  skipInvalid: z.boolean().optional(),
  /** Stop before the training until it is approved. */
  review: z.boolean().optional(),
});

/** How the inbox starts an execution. */
export type ConsoleInput = z.infer<typeof consoleInput>;

/**
 * A session from console input.
 * @throws ChirpsmithError BadInput listing every problem at once
 */
export function sessionFromConsole(
  input: unknown,
  sessionId: string,
  { bucket, settings, now }: { bucket: string; settings: Settings; now: string },
): { session: Session; tracks: Track[] } {
  const given = parseConsole(consoleInput, input);
  const {
    name,
    audio,
    minClips,
    skipInvalid = false,
    review = false,
    owner = nobody,
    startedBy = 'console',
  } = given;

  const problems: Problem[] = [
    ...nameProblems(name, settings.limits),
    ...(minClips === undefined ? [] : minClipsProblems(minClips, settings.limits)),
  ];
  const least = Math.max(minClips ?? 0, settings.limits.minClips);
  if (audio.length < least || audio.length > settings.limits.maxTracks) {
    const range = `give ${least} to ${settings.limits.maxTracks}`;
    problems.push({ where: 'audio', message: `lists ${audio.length} tracks: ${range}` });
  }
  const { tracks, problems: unusable } = tracksOf(audio, { sessionId, kind: 'train', bucket, settings });
  problems.push(...unusable, ...rightsProblems(given, settings));
  if (problems.length > 0) throw badConsoleInput(problems);

  const about = { sessionId, owner, startedBy, name: name.trim(), minClips, skipInvalid, review } as const;
  const session = newSession({ ...about, ...rightsGiven(given, tracks, now) }, settings, now);
  return { session, tracks };
}
