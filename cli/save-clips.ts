import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionAnswer } from '../functions/api/contract.ts';
import type { ApiClient } from './api-client.ts';
import { ApiUnreachable } from './api-client.ts';
import type { CliEvent, SavedClip } from './events.ts';

/** Milliseconds for one file. */
const timeoutMs = 120_000;

/**
 * Saves the audio of a session's clips, as far as it is there, under names that a person can tell apart.
 * @throws ApiUnreachable when a file cannot be had; it stays where it is
 */
export async function saveClips(
  { sessionId, name, music }: SessionAnswer,
  options: {
    client: Pick<ApiClient, 'getGeneration'>;
    folder: string;
    tell(event: CliEvent): void;
    signal: AbortSignal;
  },
): Promise<SavedClip[]> {
  if (!music?.clips.some(({ key }) => key !== undefined)) return [];
  const { client, folder, tell, signal } = options;
  const { downloads } = await client.getGeneration(sessionId);
  const saved: SavedClip[] = [];
  for (const { clipId, file, url } of downloads) {
    const known = music.clips.find((clip) => clip.clipId === clipId);
    const path = join(folder, `${fileName(known?.title ?? name)}-${clipId.slice(0, 8)}.${extensionOf(file)}`);
    const bytes = await download(url, signal);
    if (known?.size !== undefined && known.size !== bytes.length) {
      throw new ApiUnreachable(
        `The audio of clip ${clipId} came with ${bytes.length} of ${known.size} bytes.`,
      );
    }
    await writeFile(path, bytes);
    const { format = '', durationSeconds = 0 } = known ?? {};
    const clip = { clipId, file: path, size: bytes.length, format, durationSeconds };
    tell({ event: 'clip.saved', sessionId, ...clip });
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
  // Without the URL, which lets whoever has it in.
  throw new ApiUnreachable(
    `The audio cannot be downloaded (${status ?? 'no answer'}); it stays in the bucket.`,
  );
}

const extensionOf = (file: string) => /\.([a-z0-9]{1,5})$/.exec(file)?.[1] ?? 'audio';

/** A title as a file name that every system takes. */
function fileName(title: string): string {
  const plain = title
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return [...plain].slice(0, 60).join('') || 'music';
}
