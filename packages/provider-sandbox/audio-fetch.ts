import type { SandboxSettings } from './settings.ts';
import type { Fetched } from './task.ts';

/** Documented: the only failure whose code and message are known. */
export const sourceNotFound = { reason: 'Audio source not found.', code: 4001 } as const;

/** How much of a file is kept to see what it is. */
const look = 256 * 1024;

/** Containers that hold audio but are not called so. */
const alsoAudio = new Set(['video/mp4', 'application/ogg']);

/** Suffixes that a provider treats as audio. */
const audioSuffix = /\.(mp3|wav|m4a|flac|ogg|aac)$/i;

/** What is wrong with a URL by its suffix or by HEAD, where the provider judges so. */
async function judgedUnread(
  audioUrl: string,
  judgedBy: SandboxSettings['audio']['judgedBy'],
  ask: (method: 'GET' | 'HEAD') => Promise<Response>,
): Promise<Fetched['problem']> {
  const { pathname } = new URL(audioUrl);
  if (judgedBy === 'suffix' && !audioSuffix.test(pathname)) {
    return { reason: `File type not supported: ${pathname.split('/').at(-1)}` };
  }
  if (judgedBy !== 'head') return undefined;
  const { ok, status } = await ask('HEAD');
  return ok ? undefined : { reason: `Audio is not reachable (HEAD ${status})` };
}

/**
 * Downloads an audio URL whole, as the provider would, and looks at what it is.
 * @returns what is wrong with it; `undefined` when it is audio
 */
export async function fetchAudio(
  audioUrl: string,
  { maxBytes, timeoutMs, judgedBy, hosts, redirects }: SandboxSettings['audio'],
  signal: AbortSignal,
  fetch = globalThis.fetch,
): Promise<Fetched['problem']> {
  const head: Uint8Array[] = [];
  let size = 0;
  try {
    const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    if (hosts.length > 0 && !hosts.includes(new URL(audioUrl).hostname)) return sourceNotFound;
    const redirect = redirects === 'followed' ? 'follow' : 'manual';
    const ask = (method: 'GET' | 'HEAD') => fetch(audioUrl, { method, redirect, signal: until });
    const unread = await judgedUnread(audioUrl, judgedBy, ask);
    if (unread) return unread;
    const response = await ask('GET');
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      return sourceNotFound;
    }
    const type = response.headers.get('content-type');
    if (judgedBy === 'type' && !type?.startsWith('audio/')) {
      await response.body.cancel();
      return { reason: `File type not supported: ${type}` };
    }
    for await (const chunk of response.body) {
      if (size < look) head.push(chunk.subarray(0, look - size));
      size += chunk.length;
      if (size > maxBytes) return { reason: 'Audio file is too large.' };
    }
  } catch {
    return sourceNotFound;
  }
  if (size === 0) return { reason: 'Audio file is empty.' };
  // Loaded with the first file, for a stack is started more often than it gets one.
  const { fileTypeFromBuffer } = await import('file-type');
  const type = await fileTypeFromBuffer(Buffer.concat(head)).catch(() => undefined);
  const isAudio = type && (alsoAudio.has(type.mime) || /^audio\/(?!midi)/.test(type.mime));
  return isAudio ? undefined : { reason: 'Unsupported audio format: the file is not audio.' };
}
