import type { Problem } from '../functions/shared/errors.ts';
import type { UsableFile } from './check-files.ts';
import type { CommandContext } from './command.ts';
import type { Next } from './next.ts';
import { type Upload, type UploadFilesOptions, uploadFiles } from './upload-files.ts';

/**
 * Uploads what the API asks for, and tells what could not be uploaded.
 * @param lost what is wrong with files that are not on this disk as they were, and what to do
 * @returns whether all of it is there now
 */
export async function uploadMissing(
  files: readonly UsableFile[],
  uploads: readonly Upload[],
  { client, sessionId }: Pick<UploadFilesOptions, 'client' | 'sessionId'>,
  { display, signal, clock }: Pick<CommandContext, 'display' | 'signal' | 'clock'>,
  lost: { readonly problems: readonly Problem[]; readonly next: readonly Next[] } = {
    problems: [],
    next: [],
  },
): Promise<boolean> {
  const { emit, progress } = display;
  const failed = await uploadFiles(files, uploads, { client, sessionId, signal, emit, progress, clock });
  const problems = [...lost.problems, ...failed];
  if (problems.length === 0) return true;
  const message = 'Not every file could be uploaded, and nothing was started';
  // As long as a file is lost, the same command ends in the same way.
  if (lost.problems.length > 0) emit({ event: 'error', message: `${message}.`, problems, next: lost.next });
  else emit({ event: 'error', message: `${message}: run the command again, and it goes on.`, problems });
  return false;
}
