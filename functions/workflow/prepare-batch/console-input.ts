import * as z from 'zod';
import { nobody } from '../../domain/claim-run.ts';
import { newSession } from '../../domain/new-session.ts';
import { tracksOf } from '../../domain/parse-audio-sources.ts';
import type { Session, Track } from '../../domain/session.ts';
import { nameProblems } from '../../domain/validate-names.ts';
import type { Settings } from '../../shared/settings.ts';
import type { FileLists } from '../../storage/file-list.ts';
import { badConsoleInput, consoleFields, parseConsole, rightsGiven, rightsProblems } from '../prepare.ts';

/**
 * What a person may paste into *Start execution*, and what a manifest in the inbox becomes. An execution takes 256 KiB
 * of it: some 3,000 files in `audio`, any number in a list.
 */
const consoleInput = z.strictObject({
  /** Optional, as in the API: this machine makes nothing else. */
  kind: z.literal('batch').optional(),
  ...consoleFields,
  /** `s3://bucket/key` of each file, in the audio bucket of this stage. */
  audio: z.array(z.string()).optional(),
  /** Set by the inbox: key of the list of its files. */
  list: z
    .string()
    .regex(/^audio\/[0-9a-f-]+\/files\.[0-9a-f]+\.json$/)
    .optional(),
});

/**
 * A batch from console input.
 * @throws ChirpsmithError BadInput listing every problem at once
 */
export async function batchFromConsole(
  input: unknown,
  sessionId: string,
  {
    bucket,
    settings,
    now,
    lists,
  }: { bucket: string; settings: Settings; now: string; lists: Pick<FileLists, 'read'> },
): Promise<{ session: Session; tracks: Track[] }> {
  const given = parseConsole(consoleInput, input);
  const { name, list, owner = nobody, startedBy = 'console' } = given;
  if (given.audio !== undefined && list !== undefined) {
    throw badConsoleInput([{ where: 'list', message: 'replaces audio: leave out one of them' }]);
  }
  const audio = list === undefined ? given.audio : await filesOf(list, bucket, lists);
  if (audio === undefined) {
    throw badConsoleInput([
      { where: 'audio', message: 'is required: the s3:// or https:// URL of each file' },
    ]);
  }
  const { maxBatchFiles } = settings.limits;

  const { tracks, problems } = tracksOf(audio, { sessionId, kind: 'batch', bucket, settings });
  problems.unshift(...nameProblems(name, settings.limits));
  if (audio.length === 0 || audio.length > maxBatchFiles) {
    problems.push({ where: 'audio', message: `lists ${audio.length} files: give 1 to ${maxBatchFiles}` });
  }
  problems.push(...rightsProblems(given, settings));
  if (problems.length > 0) throw badConsoleInput(problems);

  const about = {
    sessionId,
    kind: 'batch',
    owner,
    startedBy,
    name: name.trim(),
    skipInvalid: true,
    declared: audio.length,
    ...rightsGiven(given, tracks, now),
  } as const;
  return { session: newSession(about, settings, now), tracks };
}

async function filesOf(list: string, bucket: string, lists: Pick<FileLists, 'read'>): Promise<string[]> {
  const { folder, files } = await lists.read(list);
  return files.map((file) => `s3://${bucket}/${folder}${file}`);
}
