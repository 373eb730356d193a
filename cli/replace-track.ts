import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { SessionAnswer } from '../functions/api/contract/session.ts';
import type { TrackAnswer } from '../functions/api/contract/track.ts';
import { defaultSettings } from '../functions/shared/settings.ts';
import { checkFiles, type UsableFile } from './check-files.ts';
import type { CommandContext } from './command.ts';
import type { ReplaceArguments } from './commands/replace.ts';
import { type RightsWords, withRights } from './confirm-rights.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { findFiles } from './find-files.ts';
import { localFiles } from './inspect-local-file.ts';
import { goOnCommand } from './output/format.ts';
import { uploadFiles } from './upload-files.ts';
import { UsageError } from './usage-error.ts';
import { userDirectory } from './user-directory.ts';
import { withSession } from './with-session.ts';

/**
 * Puts another file in the place of a track that cannot be used. The file is checked here before anything else
 * happens; nothing is spent until the session goes on.
 * @throws UsageError, ApiRefusal, ApiUnreachable
 */
export async function replaceTrack(args: ReplaceArguments, context: CommandContext): Promise<ExitCode> {
  const { display, signal, clock } = context;
  const file = await checkedFile(args.file, context);
  const options = { quiet: true, spends: false };
  return withSession(args.session, context, options, async (session, { client }) => {
    const { sessionId } = session;
    const track = trackOf(session, args.track);
    signal.throwIfAborted();
    const { name, size, sha256 } = file;
    const replace = (words: RightsWords) =>
      client.replaceTrack(sessionId, track.trackId, { name, size, sha256, ...words });
    const { answer: upload } = await withRights(name, replace, args, context);
    const problems = await uploadFiles([file], [upload], {
      client,
      sessionId,
      signal,
      emit: display.emit,
      progress: display.progress,
      clock,
    });
    if (problems.length > 0) {
      const message = 'The file could not be uploaded. Nothing was spent: run the command again.';
      display.emit({ event: 'error', message, problems });
      return exitCodes.failed;
    }
    display.emit({
      event: 'track.replaced',
      sessionId,
      trackId: track.trackId,
      file: name,
      instead: track.file,
      next: [{ words: 'When all is in place, to go on:', command: goOnCommand(sessionId) }],
    });
    return exitCodes.done;
  });
}

/** The one file, checked as `train` checks it. */
async function checkedFile(path: string, { display, env, signal }: CommandContext): Promise<UsableFile> {
  const from = userDirectory(env);
  if ((await stat(resolve(from, path)).catch(() => undefined))?.isDirectory()) {
    throw new UsageError('Nothing was changed: one track takes one file.', [
      { where: path, message: 'This is a folder: name the file in it.' },
    ]);
  }
  const { files, problems } = await findFiles([path], from);
  if (problems.length > 0) throw new UsageError('Nothing was changed: the path leads nowhere.', problems);
  const { usable, rejected } = await checkFiles(files, defaultSettings.limits, {
    inspector: localFiles,
    emit: display.emit,
    signal,
  });
  const [file] = usable;
  if (file) return file;
  throw new UsageError(
    'Nothing was changed: the file cannot be used.',
    rejected.map(({ file: where, reason: message }) => ({ where, message })),
  );
}

/**
 * The track by its number, with or without its zeros, or by the name of its file, if no other has it.
 * @throws UsageError naming the tracks that there are
 */
function trackOf({ tracks }: SessionAnswer, typed: string): TrackAnswer {
  const number = /^\d+$/.test(typed) ? Number(typed) : undefined;
  const named = tracks.filter(({ file }) => file === typed.normalize('NFC'));
  const numbered = tracks.filter(({ trackId }) => number !== undefined && Number(trackId) === number);
  const [meant, other] = named.length > 0 ? named : numbered;
  if (meant && !other) return meant;
  const why = other ? `several tracks "${typed}": give the number of one` : `no track "${typed}"`;
  throw new UsageError(
    `The session has ${why}. It has these:`,
    tracks.map(({ trackId, file, status }) => ({ where: trackId, message: `${file}, ${status}` })),
  );
}
