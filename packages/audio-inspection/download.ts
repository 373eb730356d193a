import { inspectAudio } from './inspect-audio.ts';

/** A file that was downloaded and is audio. */
export interface DownloadedAudio {
  readonly bytes: Uint8Array;
  readonly format: string;
  readonly extension: string;
  readonly durationSeconds: number;
}

/** What came of a download; `trouble` is one sentence for a person, without the URL; `status` is HTTP's, not 200. */
export type Download = DownloadedAudio | { readonly trouble: string; readonly status?: number };

export interface DownloadLimits {
  readonly maxBytes: number;
  /** Longest download, redirects and body included, in milliseconds. */
  readonly timeoutMs: number;
  /** An origin that may be http: the provider's own, where that is a sandbox on this machine. */
  readonly trustedOrigin?: string | undefined;
}

const mostRedirects = 3;
const longestSeconds = 3600;

/**
 * Downloads audio from a caller's address: only by https, in bounded size and time; the type comes from the
 * content. Every failure is a result, not an exception, because the file may be there a minute later.
 */
export async function downloadAudio(
  url: string,
  { maxBytes, timeoutMs, trustedOrigin }: DownloadLimits,
  { fetch = globalThis.fetch }: { fetch?: typeof globalThis.fetch } = {},
): Promise<Download> {
  const signal = AbortSignal.timeout(timeoutMs);
  let bytes: Uint8Array | undefined;
  try {
    let response: Response | undefined;
    let next = new URL(url);
    for (let hop = 0; ; hop++) {
      if (next.protocol !== 'https:' && next.origin !== trustedOrigin) {
        return { trouble: 'The link to the audio is not https, so it is not followed.' };
      }
      response = await fetch(next, { redirect: 'manual', signal });
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || location === null) break;
      await response.body?.cancel();
      if (hop >= mostRedirects) return { trouble: 'The link to the audio leads from place to place.' };
      next = new URL(location, next);
    }
    if (response.status !== 200) {
      await response.body?.cancel();
      const { status } = response;
      return { trouble: `The link to the audio answers ${status}.`, status };
    }
    bytes = await readWhole(response, maxBytes);
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError';
    const how = late ? `took longer than ${timeoutMs / 1000} s` : 'broke off, or was not answered';
    return { trouble: `The download of the audio ${how}.` };
  }
  if (!bytes) return { trouble: `The audio is larger than ${Math.floor(maxBytes / 1024 / 1024)} MB.` };

  const whole = bytes;
  const source = {
    size: whole.length,
    read: async (offset: number, length: number) => whole.subarray(offset, offset + length),
  };
  const found = await inspectAudio(source, { minSeconds: 0, maxSeconds: longestSeconds, maxBytes });
  if (!found.usable) return { trouble: `What the link gives is no finished audio. ${found.reason}` };
  if (found.cutShort)
    return { trouble: `The audio is not finished: ${found.warning ?? 'its end is missing.'}` };
  const { format, extension, durationSeconds } = found;
  return { bytes, format, extension, durationSeconds };
}

/** The body, or undefined when it is larger. */
async function readWhole(response: Response, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > maxBytes) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(value);
  }
  return Buffer.concat(chunks);
}
