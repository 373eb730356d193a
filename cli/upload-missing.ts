import type { UsableFile } from './check-files.ts';
import type { CommandContext } from './command.ts';
import { type Upload, type UploadFilesOptions, uploadFiles } from './upload-files.ts';

/**
 * Uploads what the API asks for, and tells what could not be uploaded.
 * @param lost files that are not on this disk, and what to do about each
 * @returns whether all of it is there now
 */
export async function uploadMissing(
  files: readonly UsableFile[],
  uploads: readonly Upload[],
  { client, sessionId }: Pick<UploadFilesOptions, 'client' | 'sessionId'>,
  { display, signal }: Pick<CommandContext, 'display' | 'signal'>,
  lost: readonly { where: string; message: string }[] = [],
): Promise<boolean> {
  const { emit, progress } = display;
  const failed = await uploadFiles(files, uploads, { client, sessionId, signal, emit, progress });
  const problems = [...lost, ...failed];
  if (problems.length === 0) return true;
  const message =
    'Not every file could be uploaded, and nothing was started: run the command again, and it goes on.';
  emit({ event: 'error', message, problems });
  return false;
}
