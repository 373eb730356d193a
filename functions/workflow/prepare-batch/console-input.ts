import * as z from 'zod';
import { tracksOf } from '../../sessions/named-audio.ts';
import { nameProblems } from '../../sessions/names.ts';
import { newSession } from '../../sessions/new-session.ts';
import type { Session, Track } from '../../sessions/session.ts';
import { sessionIdOf } from '../../sessions/session-id.ts';
import { ChirpsmithError, type Problem } from '../../shared/errors.ts';
import { issueProblems } from '../../shared/issue-problems.ts';
import type { Settings } from '../../shared/settings.ts';

/** What a person may paste into *Start execution*. An execution takes 256 KiB of it: some 3,000 files. */
const consoleInput = z.strictObject({
  /** May be said, as in the API; this machine makes nothing else. */
  kind: z.literal('batch').optional(),
  /** A name to find the session by. */
  name: z.string(),
  /** `s3://bucket/key` of each file, in the audio bucket of this stage. */
  audio: z.array(z.string()),
  /** Whom the session belongs to in the API: a subject of the tokens. */
  owner: z.string().min(1).max(128).optional(),
});

/**
 * A batch from console input. Its id follows from the execution, so that a repeated step finds the same one.
 * @throws ChirpsmithError BadInput listing every problem at once
 */
export function batchFromConsole(
  input: unknown,
  execution: { Id: string },
  { bucket, settings, now }: { bucket: string; settings: Settings; now: string },
): { session: Session; tracks: Track[] } {
  const parsed = consoleInput.safeParse(input);
  if (!parsed.success) {
    const whole = { whole: 'input', words: 'the input' } as const;
    throw badInput(parsed.error.issues.flatMap((issue) => issueProblems(issue, whole)));
  }
  const { name, audio, owner = 'console' } = parsed.data;
  const { maxBatchFiles } = settings.limits;

  const sessionId = sessionIdOf(execution.Id);
  const { tracks, problems } = tracksOf(audio, { sessionId, kind: 'batch', bucket, settings });
  problems.unshift(...nameProblems(name, settings.limits));
  if (audio.length === 0 || audio.length > maxBatchFiles) {
    problems.push({ where: 'audio', message: `lists ${audio.length} files: give 1 to ${maxBatchFiles}` });
  }
  if (problems.length > 0) throw badInput(problems);

  const given = {
    sessionId,
    kind: 'batch',
    owner,
    startedBy: 'console',
    name: name.trim(),
    minClips: 1,
    skipInvalid: true,
    declared: audio.length,
  } as const;
  return { session: newSession(given, settings, now), tracks };
}

const badInput = (problems: Problem[]) =>
  new ChirpsmithError('BadInput', 'The input of the execution cannot be used.', { problems });
