import type { TrackAnswer } from '../functions/api/contract/track.ts';
import { trackIdOf } from '../functions/domain/object-keys.ts';
import { ChirpsmithError } from '../functions/shared/errors.ts';
import { createAudioLinks } from '../functions/storage/audio-links.ts';
import type { CommandContext } from './command.ts';
import type { ConnectedStack } from './connect.ts';
import type { Next } from './next.ts';
import { goOnCommand } from './output/format.ts';
import { UsageError } from './usage-error.ts';

/** Credentials, region and endpoint are variables of the stack's own process. */
const endStack: Next = {
  words: 'The running stack has the AWS variables of its start. To end it; sessions and files are kept:',
  command: 'npx chirpsmith stop',
};

/** Milliseconds between two looks at a copy that is under way. */
const lookMs = 300;

/**
 * Before anything is asked or spent: can the provider fetch what lies on this machine?
 * @throws UsageError naming the flag
 */
export async function requireAudioWay({
  stack: { audio },
  startedHere,
}: Pick<ConnectedStack, 'stack' | 'startedHere'>): Promise<void> {
  if (!audio) return;
  try {
    await createAudioLinks({ url: audio.links }).check();
  } catch (error) {
    const hasOldEnvironment = audio.kind === 'bucket' && !startedHere;
    throw refusalOf(error, hasOldEnvironment ? [endStack] : undefined);
  }
}

/** Does the provider still fetch the file of a track? */
export const needsAudio = ({ status }: Pick<TrackAnswer, 'status'>): boolean =>
  status !== 'done' && status !== 'duplicate';

/**
 * Copies the files of tracks to the bucket from which the provider fetches them, and shows how far it is. A tunnel copies
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
    let state = await links.publish(
      sessionId,
      tracks.map(({ trackId }) => trackId),
    );
    for (;;) {
      for (const { key, sent, size } of state.files) {
        const trackId = trackIdOf(key);
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
