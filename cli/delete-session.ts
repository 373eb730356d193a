import type { SessionAnswer } from '../functions/api/contract/session.ts';
import type { PaidWork } from '../functions/domain/session.ts';
import { isRunning } from '../functions/domain/session.ts';
import type { CommandContext } from './command.ts';
import type { DeleteArguments } from './commands/delete.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { theList } from './find-session.ts';
import { tellLeftAudio } from './left-audio.ts';
import { leadingToProvider } from './next.ts';
import { counted, goOnCommand } from './output/format.ts';
import { forgetFiles } from './remembered-files.ts';
import { UsageError } from './usage-error.ts';
import { withSession } from './with-session.ts';

/**
 * Deletes a session with its files for good, after explicit consent.
 * @throws UsageError when the answer is no or there is no terminal, ApiRefusal, ApiUnreachable
 */
export async function deleteSession(args: DeleteArguments, context: CommandContext): Promise<ExitCode> {
  const options = { quiet: true, spends: false };
  return withSession(args.session, context, options, async (session, reached) => {
    const { client } = reached;
    const { sessionId, name, tracks, modelId, unfinished } = session;
    const abandon = isRunning(session) ? undefined : unfinished;
    if (abandon !== undefined && !args.abandon.includes(abandon)) {
      await agreedToAbandon(session, abandon, args, context);
    } else if (!args.yes) {
      await agreed(session, context);
    }
    await client.deleteSession(sessionId, {
      abandon,
      onSlice: (deleted) => {
        // What is marked stays marked; the same command goes on.
        context.signal.throwIfAborted();
        context.display.emit({ event: 'session.deleting', sessionId, name, ...deleted });
      },
    });
    forgetFiles(sessionId, context);
    await tellLeftAudio({ sessionId, status: 'deleting' }, reached, context);
    const about = { sessionId, name, files: tracks.length, ...(modelId === undefined ? {} : { modelId }) };
    context.display.emit({ event: 'session.deleted', ...about, next: [theList] });
    return exitCodes.done;
  });
}

/** `--yes` is for a deletion: what is paid and may still succeed is given up only by a word that names it. */
async function agreedToAbandon(
  session: SessionAnswer,
  work: PaidWork,
  { yes }: DeleteArguments,
  { ask, signal }: CommandContext,
): Promise<void> {
  signal.throwIfAborted();
  const { sessionId, name, tracks } = session;
  const paid = `The ${work} of "${name}" is paid and may still succeed; without the session nobody finds it.`;
  if (!ask || yes) {
    const message = `${paid} To give it up, add --abandon-paid-${work}.`;
    const next = leadingToProvider(session, [{ words: 'To get it:', command: goOnCommand(sessionId) }]);
    throw new UsageError(
      'Nothing was deleted.',
      [{ where: `--abandon-paid-${work}`, message }],
      undefined,
      next,
    );
  }
  const files = counted(tracks.length, 'file');
  if (await ask(`${paid} Delete the session with its ${files} for good, and give the ${work} up?`)) return;
  throw new UsageError('Nothing was deleted.');
}

async function agreed({ name, tracks }: SessionAnswer, { ask, signal }: CommandContext): Promise<void> {
  signal.throwIfAborted();
  if (!ask) {
    const message = 'Nobody can be asked here: add --yes to agree beforehand.';
    throw new UsageError('Nothing was deleted.', [{ where: '--yes', message }]);
  }
  if (await ask(`Delete "${name}" with its ${counted(tracks.length, 'file')} for good?`)) return;
  throw new UsageError('Nothing was deleted.');
}
