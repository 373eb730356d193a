import * as z from 'zod';
import { nobody } from '../../domain/claim-run.ts';
import { newSession } from '../../domain/new-session.ts';
import { tracksOf } from '../../domain/parse-audio-sources.ts';
import type { Session, Track } from '../../domain/session.ts';
import { sessionIdOf } from '../../domain/session-id.ts';
import { nameProblems } from '../../domain/validate-names.ts';
import { ChirpsmithError, type Problem } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import { zodProblems } from '../../shared/zod-problems.ts';
import type { FileLists } from '../../storage/file-list.ts';

/**
 * What a person may paste into *Start execution*, and what a manifest in the inbox becomes. An execution takes 256 KiB
 * of it: some 3,000 files in `audio`, any number in a list.
 */
const consoleInput = z.strictObject({
  /** May be said, as in the API; this machine makes nothing else. */
  kind: z.literal('batch').optional(),
  /** A name to find the session by. */
  name: z.string(),
  /** `s3://bucket/key` of each file, in the audio bucket of this stage. */
  audio: z.array(z.string()).optional(),
  /** Set by the inbox: key of the list of its files. */
  list: z
    .string()
    .regex(/^audio\/[0-9a-f-]+\/files\.[0-9a-f]+\.json$/)
    .optional(),
  /** Whom the session belongs to in the API: a subject of the tokens. */
  owner: z.string().min(1).max(128).optional(),
  /** Set by the inbox. */
  startedBy: z.literal('manifest').optional(),
});

/**
 * A batch from console input. Its id follows from the execution, so that a repeated step finds the same one.
 * @throws ChirpsmithError BadInput listing every problem at once
 */
export async function batchFromConsole(
  input: unknown,
  execution: { Id: string },
  {
    bucket,
    settings,
    now,
    lists,
  }: { bucket: string; settings: Settings; now: string; lists: Pick<FileLists, 'read'> },
): Promise<{ session: Session; tracks: Track[] }> {
  const parsed = consoleInput.safeParse(input);
  if (!parsed.success) {
    const whole = { whole: 'input', words: 'the input' } as const;
    throw badInput(parsed.error.issues.flatMap((issue) => zodProblems(issue, whole)));
  }
  const { name, list, owner = nobody, startedBy = 'console' } = parsed.data;
  if (parsed.data.audio !== undefined && list !== undefined) {
    throw badInput([{ where: 'list', message: 'stands in the place of audio: leave out one of them' }]);
  }
  const audio = list === undefined ? parsed.data.audio : await filesOf(list, bucket, lists);
  if (audio === undefined) {
    throw badInput([{ where: 'audio', message: 'is required: the s3:// or https:// URL of each file' }]);
  }
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
    startedBy,
    name: name.trim(),
    skipInvalid: true,
    declared: audio.length,
  } as const;
  return { session: newSession(given, settings, now), tracks };
}

async function filesOf(list: string, bucket: string, lists: Pick<FileLists, 'read'>): Promise<string[]> {
  const { folder, files } = await lists.read(list);
  return files.map((file) => `s3://${bucket}/${folder}${file}`);
}

const badInput = (problems: Problem[]) =>
  new ChirpsmithError('BadInput', 'The input of the execution cannot be used.', { problems });
