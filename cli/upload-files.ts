import type { SignedUploadsAnswer } from '../functions/api/contract/track.ts';
import { mapConcurrent } from '../functions/shared/map-concurrent.ts';
import type { ApiClient } from './api-client.ts';
import { ApiUnreachable } from './api-errors.ts';
import type { UsableFile } from './check-files.ts';
import type { CliEvent, UploadProgress } from './events.ts';
import { patiently } from './retry-outage.ts';
import { UploadFailure, uploadFile } from './upload-file.ts';
import { type AskForUpload, uploadInParts } from './upload-in-parts.ts';
import type { WaitingClock } from './waiting-clock.ts';

/** Uploads under way at the same time. */
const atOnce = 4;

/** Bytes of the largest file that is sent as a whole: a longer one goes on where it was cut off. */
export const largestWhole = 16 * 1024 * 1024;

/** One file's upload, as the API answers it. */
export type Upload = SignedUploadsAnswer['uploads'][number];

export interface UploadFilesOptions {
  readonly client: Pick<ApiClient, 'signUploads'>;
  readonly sessionId: string;
  readonly signal: AbortSignal;
  emit(event: CliEvent): void;
  progress(progress: UploadProgress): void;
  readonly clock?: WaitingClock;
}

/**
 * Uploads files, four at a time. One that fails does not stop the others, so that all problems are reported at once. An
 * outage is waited for, for minutes.
 * @param files what the uploads are of, known by their SHA-256: two may have the same name
 * @returns the files that could not be uploaded, with the reason
 */
export async function uploadFiles(
  files: readonly UsableFile[],
  uploads: readonly Upload[],
  options: UploadFilesOptions,
): Promise<readonly { where: string; message: string }[]> {
  const { emit } = options;
  const byContent = new Map(files.map((file) => [file.sha256, file]));
  const failed: { where: string; message: string }[] = [];

  await mapConcurrent(uploads, atOnce, async (upload) => {
    const { trackId, file: name, sha256 } = upload;
    const file = byContent.get(sha256);
    if (!file) throw new Error(`The API asks for a file that was not declared: ${name}`);
    const about = { trackId, file: name };
    try {
      await uploadOne(file, upload, options);
      emit({ event: 'file.uploaded', ...about, size: file.size });
    } catch (error) {
      if (!(error instanceof UploadFailure)) throw error;
      failed.push({ where: name, message: error.message });
      emit({ event: 'file.upload-failed', ...about, reason: error.message });
    }
  });
  return failed;
}

async function uploadOne(
  file: UsableFile,
  upload: Upload,
  { client, sessionId, signal, emit, progress, clock }: UploadFilesOptions,
): Promise<void> {
  const { path, size } = file;
  const about = { trackId: upload.trackId, file: upload.file };
  const onRetry = (attempt: number, reason: string) =>
    emit({ event: 'file.upload-retried', ...about, attempt, reason });
  const sending = {
    signal,
    clock,
    onRetry,
    onProgress: (sent: number) => progress({ ...about, sent, size }),
  };
  const ask: AskForUpload = (track) =>
    patiently(() => client.signUploads(sessionId, [track]), {
      signal,
      clock,
      isPassing: (error) => error instanceof ApiUnreachable,
      onRetry: (attempt, error) => onRetry(attempt, error instanceof Error ? error.message : String(error)),
    });
  if (size > largestWhole) return uploadInParts(file, upload.trackId, ask, sending);
  try {
    await uploadFile({ path, size, url: upload.url, headers: upload.headers }, sending);
  } catch (error) {
    if (!(error instanceof UploadFailure && error.urlRefused)) throw error;
    // Signed too long ago, perhaps: thousands of files take longer than a URL holds.
    const [anew] = (await ask({ trackId: upload.trackId })).uploads;
    if (anew) await uploadFile({ path, size, url: anew.url, headers: anew.headers }, sending);
  }
}
