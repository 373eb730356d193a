import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionAnswer } from '../functions/api/contract/session.ts';
import { explainFileError } from '../packages/local-servers/file-errors.ts';
import type { ApiClient } from './api-client.ts';
import type { CliEvent } from './events.ts';
import type { SavedClip } from './music-events.ts';
import { UsageError } from './usage-error.ts';

/** Milliseconds for one file. */
const timeoutMs = 120_000;

/** Bytes of a title in a file's name. With an id and the endings a name stays within 143, the least that is common. */
const longestTitle = 80;
const longestName = longestTitle + 50;

/** The audio was made and is kept, but is not all in the folder. */
export class ClipsNotSaved extends Error {
  override readonly name = 'ClipsNotSaved';
}

/**
 * Makes the folder, and tries a file with the longest name that may come: to be called before anything is spent.
 * @param typed as the person gave it
 * @throws UsageError saying what is wrong with the folder
 */
export async function checkFolder(folder: string, typed: string): Promise<void> {
  const probe = join(folder, `.${randomUUID()}`.padEnd(longestName, 'x'));
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, 'x', { flag: 'wx' });
    await rm(probe);
  } catch (error) {
    await rm(probe, { force: true }).catch(() => {});
    const message = explainFileError(error, [{ name: '--out', path: folder }]);
    if (message === undefined) throw error;
    throw new UsageError(`Nothing was started or spent: no audio can be saved in ${typed}.`, [
      { where: '--out', message },
    ]);
  }
}

/**
 * Saves the audio of a session's clips, as far as it is there, under names that a person can tell apart. A file has its
 * name only when it is whole.
 * @throws ClipsNotSaved when a file cannot be had or written; it stays in the bucket
 */
export async function saveClips(
  { sessionId, name, music }: SessionAnswer,
  options: {
    client: Pick<ApiClient, 'getGeneration'>;
    folder: string;
    emit(event: CliEvent): void;
    signal: AbortSignal;
  },
): Promise<SavedClip[]> {
  if (!music?.clips.some(({ hasAudio }) => hasAudio)) return [];
  const { client, folder, emit, signal } = options;
  const { downloads } = await client.getGeneration(sessionId);
  const saved: SavedClip[] = [];
  for (const { clipId, file, url } of downloads) {
    const known = music.clips.find((clip) => clip.clipId === clipId);
    const path = join(folder, `${titleIn(known?.title ?? name)}-${idIn(clipId)}.${extensionOf(file)}`);
    const bytes = await download(url, signal);
    if (known?.size !== undefined && known.size !== bytes.length) {
      throw new ClipsNotSaved(
        `The audio of clip ${clipId} came with ${bytes.length} of ${known.size} bytes.`,
      );
    }
    await writeWhole(path, bytes, folder);
    const { format = '', durationSeconds = 0 } = known ?? {};
    const clip = { clipId, file: path, size: bytes.length, format, durationSeconds };
    emit({ event: 'clip.saved', sessionId, ...clip });
    saved.push(clip);
  }
  return saved;
}

async function download(url: string, signal: AbortSignal): Promise<Uint8Array> {
  let status: number | undefined;
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
    status = response.status;
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    if (signal.aborted) throw error;
  }
  // Without the URL, which grants access to its bearer.
  const what = status === undefined ? 'no response came' : `HTTP ${status}`;
  throw new ClipsNotSaved(`The audio cannot be downloaded: ${what}. It stays in the bucket.`);
}

async function writeWhole(path: string, bytes: Uint8Array, folder: string): Promise<void> {
  const part = `${path}.part`;
  try {
    await writeFile(part, bytes);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    const message = explainFileError(error, [{ name: '--out', path: folder }]);
    throw message === undefined ? error : new ClipsNotSaved(message, { cause: error });
  }
}

const extensionOf = (file: string) => /\.([a-z0-9]{1,5})$/.exec(file)?.[1] ?? 'audio';

/** The whole id, which tells two clips apart; one that is no file's name gives way to its hash. */
function idIn(clipId: string): string {
  if (/^[A-Za-z0-9_-]{1,36}$/.test(clipId)) return clipId;
  return createHash('sha256').update(clipId).digest('hex').slice(0, 32);
}

/** A title as the part of a file's name that every system takes. */
function titleIn(title: string): string {
  const plain = title
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  let short = '';
  for (const sign of plain) {
    if (Buffer.byteLength(short + sign) > longestTitle) break;
    short += sign;
  }
  return short || 'music';
}
