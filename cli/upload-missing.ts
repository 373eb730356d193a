import type { CreatedSessionAnswer } from '../functions/api/contract.ts';
import type { UsableFile } from './check-files.ts';
import type { Surroundings } from './command.ts';
import { uploadFiles } from './upload-files.ts';

/**
 * Uploads what the API asks for, and tells what could not be uploaded.
 * @returns whether all of it is there now
 */
export async function uploadMissing(
  files: readonly UsableFile[],
  uploads: CreatedSessionAnswer['uploads'],
  { display, signal }: Pick<Surroundings, 'display' | 'signal'>,
): Promise<boolean> {
  const { tell, progress } = display;
  const problems = await uploadFiles(files, uploads, { signal, tell, progress });
  if (problems.length === 0) return true;
  const message =
    'Not every file could be uploaded, and nothing was started: run the command again, and it goes on.';
  tell({ event: 'error', message, problems });
  return false;
}
