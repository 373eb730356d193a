import type { SignedUploadsAnswer } from '../../../functions/api/contract/track.ts';
import { ask, pathOf, Unreachable } from '../api.ts';
import { hashFile, partSize } from '../files/inspector.ts';
import { put, type SignedPut, UploadFailure } from './put.ts';

/** Bytes of the largest file that is sent as a whole: a longer one goes on where it was cut off. */
const largestWhole = 16 * 1024 * 1024;
/** Seconds between two tries while nothing answers. */
const longestWait = 30;

/** Who does not answer. */
export type Silent = 'storage' | 'api';

export interface SendOptions {
  readonly signal: AbortSignal;
  /** Bytes that are there; may become less, where something is sent again. */
  onProgress(sent: number): void;
  /** Nothing answers: it is tried again after so many seconds. Called without when it is. */
  onWait(seconds?: number, silent?: Silent): void;
}

export interface FileToSend {
  readonly file: Blob;
  readonly trackId: string;
  readonly parts?: readonly string[] | undefined;
  /** Its upload, where it was signed a moment ago. */
  readonly signed?: SignedPut | undefined;
}

/** Asks what of some tracks' files is missing, and where it goes. @throws as `ask` does */
export async function askForUploads(
  sessionId: string,
  tracks: readonly { readonly trackId: string; readonly parts?: readonly string[] }[],
  signal?: AbortSignal,
): Promise<SignedUploadsAnswer> {
  const options = { body: { tracks }, ...(signal === undefined ? {} : { signal }) };
  return (await ask<SignedUploadsAnswer>('POST', pathOf(sessionId, '/uploads'), options)).body;
}

/**
 * Sends one file of a session, whole or in parts; parts that are there are not sent again. An outage is waited for.
 * @throws UploadFailure, UnreadableFile, Refusal, SignedOut, or the signal's reason
 */
export async function sendFile(
  sessionId: string,
  { file, trackId, parts, signed }: FileToSend,
  options: SendOptions,
): Promise<void> {
  if (file.size > largestWhole) return sendInParts(sessionId, { file, trackId, parts }, options);
  let target: SignedPut | undefined = signed;
  await patiently(options, async () => {
    target ??= (await askForUploads(sessionId, [{ trackId }], options.signal)).uploads[0];
    // There already: from a try whose answer was lost.
    if (target === undefined) return;
    const to = target;
    target = undefined;
    await put(to, file, options);
  });
  options.onProgress(file.size);
}

async function sendInParts(
  sessionId: string,
  { file, trackId, parts: known }: Omit<FileToSend, 'signed'>,
  options: SendOptions,
): Promise<void> {
  const parts = known ?? (await hashFile(file)).parts;
  for (;;) {
    const { inParts } = await patiently(options, () =>
      askForUploads(sessionId, [{ trackId, parts }], options.signal),
    );
    const missing = inParts[0]?.parts ?? [];
    let sent = file.size - missing.reduce((sum, { size }) => sum + size, 0);
    options.onProgress(sent);
    if (missing.length === 0) return;
    for (const { number, size, ...to } of missing) {
      const from = (number - 1) * partSize;
      const before = sent;
      const onProgress = (bytes: number) => options.onProgress(before + bytes);
      try {
        await put(to, file.slice(from, from + size), { signal: options.signal, onProgress });
      } catch (error) {
        if (!(error instanceof UploadFailure) || error.helps === 'never') throw error;
        // The server is asked once more what is there: by then the URLs are new, too.
        options.onProgress(before);
        await pause(options, error.helps === 'sign' ? 1 : 2, 'storage');
        break;
      }
      sent += size;
      options.onProgress(sent);
    }
  }
}

/** Repeats what found no answer, or whose URL was too old, until it is answered. */
async function patiently<T>(options: SendOptions, work: () => Promise<T>): Promise<T> {
  for (let failed = 1; ; failed += 1) {
    try {
      return await work();
    } catch (error) {
      options.signal.throwIfAborted();
      const mayHelp =
        error instanceof Unreachable || (error instanceof UploadFailure && error.helps !== 'never');
      const isRefused = error instanceof UploadFailure && error.helps === 'sign' && failed > 2;
      if (!mayHelp || isRefused) throw error;
      options.onProgress(0);
      const seconds = Math.min(longestWait, 2 ** Math.min(failed, 5));
      await pause(options, seconds, error instanceof Unreachable ? 'api' : 'storage');
    }
  }
}

/** Ends early when the browser says that it is online again. */
async function pause({ signal, onWait }: SendOptions, seconds: number, silent: Silent): Promise<void> {
  onWait(seconds, silent);
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, seconds * 1000);
    addEventListener('online', end);
    signal.addEventListener('abort', end);
  });
  signal.throwIfAborted();
  onWait();
}
