import type { TrackAnswer } from '../functions/api/contract/track.ts';
import { ChirpsmithError } from '../functions/shared/errors.ts';
import { createAudioLinks } from '../functions/storage/audio-links.ts';
import type { CommandContext } from './command.ts';
import type { ConnectedStack } from './connect.ts';
import { goOnCommand } from './output/format.ts';
import { UsageError } from './usage-error.ts';

/** Milliseconds between two looks at a copy that is under way. */
const lookMs = 300;

/**
 * Before anything is asked or spent: can the provider fetch what lies on this machine?
 * @throws UsageError naming the flag
 */
export async function requireAudioWay({ stack: { audio } }: Pick<ConnectedStack, 'stack'>): Promise<void> {
  if (!audio) return;
  try {
    await createAudioLinks({ url: audio.links }).check();
  } catch (error) {
    throw refusalOf(error);
  }
}

/**
 * Copies a session's files to the bucket from which the provider fetches them, and shows how far it is. A tunnel copies
 * nothing.
 * @throws UsageError naming the flag; the command that goes on is in it
 */
export async function publishAudio(
  sessionId: string,
  tracks: readonly Pick<TrackAnswer, 'trackId' | 'file'>[],
  { stack: { audio } }: Pick<ConnectedStack, 'stack'>,
  { display, signal }: Pick<CommandContext, 'display' | 'signal'>,
): Promise<void> {
  if (audio?.kind !== 'bucket') return;
  const links = createAudioLinks({ url: audio.links });
  const names = new Map(tracks.map(({ trackId, file }) => [trackId, file]));
  const told = new Set<string>();
  try {
    let state = await links.publish(sessionId);
    for (;;) {
      for (const { key, sent, size } of state.files) {
        const trackId = key.split('/').at(-1)?.split('.')[0] ?? '';
        const file = names.get(trackId);
        if (file === undefined || told.has(key)) continue;
        display.progress({ trackId, file, sent, size });
        if (sent < size) continue;
        told.add(key);
        display.emit({ event: 'file.copied', trackId, file, size, to: audio.name });
      }
      if (state.done) return;
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, lookMs));
      state = await links.publication(sessionId);
    }
  } catch (error) {
    throw refusalOf(error, [
      { words: 'The files are kept. To go on from here:', command: goOnCommand(sessionId) },
    ]);
  }
}

function refusalOf(error: unknown, next?: UsageError['next']): unknown {
  if (!(error instanceof ChirpsmithError) || error.name !== 'AudioUnreachable') return error;
  return new UsageError(`Nothing was spent. ${error.summary}`, error.problems, undefined, next);
}
