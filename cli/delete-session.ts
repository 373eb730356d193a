import type { SessionAnswer } from '../functions/api/contract.ts';
import type { DeleteArguments } from './arguments/session-arguments.ts';
import type { Surroundings } from './command.ts';
import { counted } from './display/words.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { InputRejected } from './input-rejected.ts';
import { onSession } from './on-session.ts';

/**
 * Deletes a session with its files, for good, by somebody's explicit word.
 * @throws InputRejected when the answer is no or nobody can be asked, ApiRefusal, ApiUnreachable
 */
export async function deleteSession(args: DeleteArguments, surroundings: Surroundings): Promise<ExitCode> {
  const options = { quiet: true, spends: false };
  return onSession(args.session, surroundings, options, async (session, { client }) => {
    const { sessionId, name, tracks, modelId } = session;
    if (!args.yes) await agreed(session, surroundings);
    await client.deleteSession(sessionId);
    const about = { sessionId, name, files: tracks.length, ...(modelId === undefined ? {} : { modelId }) };
    surroundings.display.tell({ event: 'session.deleted', ...about });
    return exitCodes.done;
  });
}

async function agreed({ name, tracks }: SessionAnswer, { ask, signal }: Surroundings): Promise<void> {
  signal.throwIfAborted();
  if (!ask) {
    const message = 'Nobody can be asked here: add --yes to agree beforehand.';
    throw new InputRejected('Nothing was deleted.', [{ where: '--yes', message }]);
  }
  if (await ask(`Delete "${name}" with its ${counted(tracks.length, 'file')} for good?`)) return;
  throw new InputRejected('Nothing was deleted.');
}
