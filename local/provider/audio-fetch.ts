import { fileTypeFromBuffer } from 'file-type';
import type { Fetched } from './task.ts';

/** Documented: the only failure whose code and words are known. */
export const sourceNotFound = { reason: 'Audio source not found.', code: 4001 } as const;

/** How much of a file is kept to see what it is. */
const look = 256 * 1024;

/** Containers that hold audio but are not called so. */
const alsoAudio = new Set(['video/mp4', 'application/ogg']);

/**
 * Downloads an audio URL whole, as the provider would, and looks at what it is.
 * @returns what is wrong with it; `undefined` when it is audio
 */
export async function fetchAudio(
  audioUrl: string,
  limits: { readonly maxBytes: number; readonly timeoutMs: number },
  signal: AbortSignal,
  fetch = globalThis.fetch,
): Promise<Fetched['problem']> {
  const head: Uint8Array[] = [];
  let size = 0;
  try {
    const response = await fetch(audioUrl, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(limits.timeoutMs)]),
    });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      return sourceNotFound;
    }
    for await (const chunk of response.body) {
      if (size < look) head.push(chunk.subarray(0, look - size));
      size += chunk.length;
      if (size > limits.maxBytes) return { reason: 'Audio file is too large.' };
    }
  } catch {
    return sourceNotFound;
  }
  if (size === 0) return { reason: 'Audio file is empty.' };
  const type = await fileTypeFromBuffer(Buffer.concat(head)).catch(() => undefined);
  const isAudio = type && (alsoAudio.has(type.mime) || /^audio\/(?!midi)/.test(type.mime));
  return isAudio ? undefined : { reason: 'Unsupported audio format: the file is not audio.' };
}
