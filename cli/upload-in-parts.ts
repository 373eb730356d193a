import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { SignedUploadsAnswer } from '../functions/api/contract/track.ts';
import { partSize } from '../functions/domain/file-parts.ts';
import type { UsableFile } from './check-files.ts';
import { UploadFailure, type UploadOptions, uploadFile } from './upload-file.ts';

/** Asks the API what of a track's file is missing, and where it goes. */
export type AskForUpload = (track: {
  readonly trackId: string;
  readonly parts?: string[];
}) => Promise<SignedUploadsAnswer>;

/**
 * Uploads a file in parts. Those that are there already, from an upload that was cut off, are not sent again.
 * @throws UploadFailure, what `ask` throws, or the signal's reason
 */
export async function uploadInParts(
  file: Pick<UsableFile, 'path' | 'size' | 'sha256'>,
  trackId: string,
  ask: AskForUpload,
  options: UploadOptions,
): Promise<void> {
  const parts = await partDigests(file);
  for (;;) {
    const { inParts } = await ask({ trackId, parts });
    const missing = inParts[0]?.parts ?? [];
    if (missing.length === 0) return;
    let sent = file.size - missing.reduce((sum, { size }) => sum + size, 0);
    const before = sent;
    for (const { number, size, url, headers } of missing) {
      const part = { path: file.path, start: (number - 1) * partSize, size, url, headers };
      const onProgress = (bytes: number) => options.onProgress(sent + bytes);
      try {
        await uploadFile(part, { ...options, onProgress });
      } catch (error) {
        // Signed too long ago: those that are left are signed anew, unless the first of them is refused at once.
        if (error instanceof UploadFailure && error.urlRefused && sent > before) break;
        throw error;
      }
      sent += size;
    }
  }
}

/** SHA-256 of each part, in hex. The whole is held against what was declared: the file may have changed since. */
async function partDigests({ path, size, sha256 }: Pick<UsableFile, 'path' | 'size' | 'sha256'>) {
  const whole = createHash('sha256');
  const digests: string[] = [];
  let part = createHash('sha256');
  let inPart = 0;
  const endPart = () => {
    digests.push(part.digest('hex'));
    part = createHash('sha256');
    inPart = 0;
  };
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 256 * 1024 })) {
      let rest: Buffer = piece;
      whole.update(rest);
      while (rest.length > 0) {
        const some = rest.subarray(0, partSize - inPart);
        part.update(some);
        inPart += some.length;
        rest = rest.subarray(some.length);
        if (inPart === partSize) endPart();
      }
    }
  } catch {
    throw new UploadFailure('The file can no longer be read.', false);
  }
  if (inPart > 0) endPart();
  if (whole.digest('hex') === sha256 && digests.length === Math.ceil(size / partSize)) return digests;
  throw new UploadFailure('The file has changed since it was checked: run the command again.', false);
}
