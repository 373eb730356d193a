import type { TrackAnswer } from '../functions/api/contract/track.ts';
import { trackIdOf } from '../functions/domain/object-keys.ts';
import { ChirpsmithError } from '../functions/shared/errors.ts';
import { createAudioLinks } from '../functions/storage/audio-links.ts';
import { chosenWay, homeDirectory, missingWay } from '../local/index.ts';
import type { ApiClient } from './api-client.ts';
import { ApiUnreachable } from './api-errors.ts';
import type { CommandContext } from './command.ts';
import type { ConnectedStack } from './connect.ts';
import type { ExitCode } from './exit-codes.ts';
import { lifetime } from './follow-session.ts';
import { findStack } from './local-stack.ts';
import type { Next } from './next.ts';
import { endOfSession } from './outcome.ts';
import { goOnCommand } from './output/format.ts';
import { UsageError } from './usage-error.ts';
import { stackEnded } from './watch-session.ts';

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
  isStackRunning,
}: Pick<ConnectedStack, 'stack' | 'startedHere' | 'isStackRunning'>): Promise<void> {
  if (!audio) return;
  try {
    await createAudioLinks({ url: audio.links }).check({ fresh: true });
  } catch (error) {
    const hasOldEnvironment = audio.kind === 'bucket' && !startedHere;
    throw refusalOf(error, { next: hasOldEnvironment ? [endStack] : undefined, isStackRunning });
  }
}

/** Before a stack is started, which takes a moment: without a way a session that has files to send cannot go on. */
export async function noteMissingWay({
  display,
  env,
  target,
}: Pick<CommandContext, 'display' | 'env' | 'target'>): Promise<void> {
  if (target.stage !== undefined || chosenWay(env).kind !== 'missing') return;
  if (await findStack(homeDirectory(env))) return;
  const { summary } = missingWay(env.PROVIDER_BASE_URL ?? '');
  const message = `${summary} Without one it goes on only if no file has to be sent.`;
  display.emit({ event: 'note', message });
}

/** Does the provider still fetch the file of a track? */
export const needsAudio = ({ status }: Pick<TrackAnswer, 'status'>): boolean =>
  status !== 'done' && status !== 'duplicate';

/**
 * Copies the files of tracks to the bucket from which the provider fetches them, and shows how far it is. A tunnel copies
 * nothing.
 * @returns the exit code where the session has ended meanwhile, as it was cancelled; its end is shown then
 * @throws UsageError naming the flag, or ApiUnreachable; the command that goes on is in both
 */
export async function publishAudio(
  sessionId: string,
  tracks: readonly Pick<TrackAnswer, 'trackId' | 'file'>[],
  {
    stack: { audio },
    client,
    isStackRunning,
  }: Pick<ConnectedStack, 'stack' | 'isStackRunning'> & { readonly client: Pick<ApiClient, 'getSession'> },
  { display, signal, clock }: Pick<CommandContext, 'display' | 'signal' | 'clock'>,
): Promise<ExitCode | undefined> {
  if (audio?.kind !== 'bucket') return undefined;
  const links = createAudioLinks({ url: audio.links });
  const names = new Map(tracks.map(({ trackId, file }) => [trackId, file]));
  const told = new Set<string>();
  const retries = new Map<string, number>();
  /** Most bytes of each file: an attempt that begins anew must not wipe off why the last one failed. */
  const most = new Map<string, number>();
  try {
    let state = await links.publish(
      sessionId,
      tracks.map(({ trackId }) => trackId),
    );
    for (;;) {
      for (const { key, sent, size, retry } of state.files) {
        const trackId = trackIdOf(key);
        const file = names.get(trackId);
        if (file === undefined || told.has(key)) continue;
        if (sent > (most.get(key) ?? -1)) display.progress({ trackId, file, sent, size });
        most.set(key, Math.max(sent, most.get(key) ?? 0));
        if (retry && retries.get(key) !== retry.attempt) {
          retries.set(key, retry.attempt);
          display.emit({ event: 'file.upload-retried', trackId, file, ...retry });
        }
        if (sent < size) continue;
        told.add(key);
        display.emit({ event: 'file.copied', trackId, file, size, to: audio.name });
      }
      if (state.done) return undefined;
      signal.throwIfAborted();
      await clock.sleep(lookMs);
      state = await links.publication(sessionId);
    }
  } catch (error) {
    if (error instanceof ChirpsmithError && error.name === 'Cancelled') {
      const { session } = await client.getSession(sessionId);
      const { event, code } = endOfSession(session, lifetime(session));
      display.emit(event);
      return code;
    }
    const next = [{ words: 'The files are kept. To go on from here:', command: goOnCommand(sessionId) }];
    throw refusalOf(error, { next, isStackRunning });
  }
}

/** An error of the links as commands have it; nothing was spent yet. */
function refusalOf(
  error: unknown,
  { next, isStackRunning }: { next: readonly Next[] | undefined; isStackRunning(): boolean },
): unknown {
  if (!(error instanceof ChirpsmithError)) return error;
  if (error.name === 'StorageUnavailable') {
    const words = isStackRunning() ? error.summary : stackEnded;
    return new ApiUnreachable(`Nothing was spent. ${words}`, next && { next });
  }
  if (error.name !== 'AudioUnreachable') return error;
  return new UsageError(`Nothing was spent. ${error.summary}`, error.problems, undefined, next);
}
