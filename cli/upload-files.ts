import type { CreatedSessionAnswer } from '../functions/api/contract.ts';
import type { UsableFile } from './check-files.ts';
import type { CliEvent, UploadProgress } from './events.ts';
import { UploadFailure, uploadFile } from './upload-file.ts';

/** Uploads under way at the same time. */
const atOnce = 4;

/**
 * Uploads files, four at a time. One that fails does not stop the others, so that all that
 * is wrong is told at once.
 * @param files what the uploads are of, known by their SHA-256: two may have the same name
 * @returns the files that could not be uploaded, with the reason
 */
export async function uploadFiles(
  files: readonly UsableFile[],
  uploads: CreatedSessionAnswer['uploads'],
  options: {
    signal: AbortSignal;
    tell(event: CliEvent): void;
    progress(progress: UploadProgress): void;
  },
): Promise<readonly { where: string; message: string }[]> {
  const { signal, tell, progress } = options;
  const waiting = [...uploads];
  const byContent = new Map(files.map((file) => [file.sha256, file]));
  const failed: { where: string; message: string }[] = [];

  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { trackId, file: name, sha256, url, headers } = next;
      const file = byContent.get(sha256);
      if (!file) throw new Error(`The API asks for a file that was not declared: ${name}`);
      const about = { trackId, file: name };
      try {
        await uploadFile(
          { path: file.path, size: file.size, url, headers },
          {
            signal,
            onProgress: (sent) => progress({ ...about, sent, size: file.size }),
            onRetry: (attempt, reason) => tell({ event: 'file.upload-retried', ...about, attempt, reason }),
          },
        );
        tell({ event: 'file.uploaded', ...about, size: file.size });
      } catch (error) {
        if (!(error instanceof UploadFailure)) throw error;
        failed.push({ where: name, message: error.message });
        tell({ event: 'file.upload-failed', ...about, reason: error.message });
      }
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: atOnce }, work));
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
  return failed;
}
