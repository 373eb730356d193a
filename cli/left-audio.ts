import type { SessionAnswer } from '../functions/api/contract/session.ts';
import { ChirpsmithError } from '../functions/shared/errors.ts';
import { createAudioLinks } from '../functions/storage/audio-links.ts';
import { copiedAudio, homeDirectory, needsNoAudio, wayVariables } from '../local/index.ts';
import { shellQuote } from '../packages/terminal/shell-quote.ts';
import { ApiRefusal } from './api-client.ts';
import type { CommandContext } from './command.ts';
import { type ConnectedStack, connectStack } from './connect.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { stopFirst } from './local-stack.ts';
import type { Next } from './next.ts';
import { UsageError } from './usage-error.ts';

/** The command that deletes the copies of a session's audio, with the bucket in it. */
export const deleteCopiesCommand = ({ sessionId, name }: { sessionId: string; name: string }): string =>
  `${wayVariables.audioBucket}=${shellQuote(name)} npx chirpsmith delete ${sessionId} --copies`;

const deleteCopies = (left: { sessionId: string; name: string }): Next => ({
  words: 'To delete the copies there:',
  command: deleteCopiesCommand(left),
});

/**
 * Deletes the copies of a session's audio in a bucket of the person's own, when nothing fetches them any more, and
 * tells what is left there.
 */
export async function tellLeftAudio(
  { sessionId, status }: Pick<SessionAnswer, 'sessionId' | 'status'>,
  { stack: { audio } }: Pick<ConnectedStack, 'stack'>,
  { display, env, target }: Pick<CommandContext, 'display' | 'env' | 'target'>,
): Promise<void> {
  if (target.stage !== undefined || !needsNoAudio(status)) return;
  const slow = await (audio?.kind === 'bucket' ? removalProblem(sessionId, audio.links) : undefined);
  for (const left of copiedAudio(homeDirectory(env)).filter((one) => one.sessionId === sessionId)) {
    const { name, files, problem } = left;
    const reason = problem ?? slow;
    const about = { sessionId, from: name, files, ...(reason === undefined ? {} : { reason }) };
    display.emit({ event: 'audio.left', ...about, next: [deleteCopies(left)] });
  }
}

/** Why a removal failed, where the journal may not have it. */
async function removalProblem(sessionId: string, url: string): Promise<string | undefined> {
  try {
    await createAudioLinks({ url }).remove(sessionId);
    return undefined;
  } catch (error) {
    if (!(error instanceof ChirpsmithError)) throw error;
    return error.problems[0]?.message ?? 'The bucket does not answer in time; the stack goes on trying.';
  }
}

/**
 * Deletes only the copies of a session's audio in a bucket of the person's own.
 * @throws UsageError when there are none, the session is not done, or the running stack does not use that bucket
 */
export async function deleteCopiesOf(typed: string, given: CommandContext): Promise<ExitCode> {
  const { display, target } = given;
  const left = target.stage === undefined ? copiedAudio(homeDirectory(given.env)) : [];
  const [found, ...others] = left.filter(({ sessionId }) => sessionId.startsWith(typed.toLowerCase()));
  if (!found || others.some(({ sessionId }) => sessionId !== found.sessionId)) {
    const message = found ? 'Several sessions begin so: give more of the id.' : 'No copies are known here.';
    throw new UsageError('Nothing was deleted.', [{ where: typed, message }]);
  }
  const { sessionId, name } = found;
  // A stack that this starts knows the bucket, and does not keep what is there.
  const env = {
    ...given.env,
    [wayVariables.publicUrl]: undefined,
    [wayVariables.audioBucket]: given.env[wayVariables.audioBucket] || name,
    [wayVariables.keepAudio]: undefined,
  };
  const context = { ...given, env };
  const reached = await connectStack(undefined, context, { quiet: true, spends: false });
  try {
    if (await mayNeedThem(sessionId, reached)) {
      const problem = {
        where: sessionId,
        message: 'It is not done: the provider may still fetch its audio.',
      };
      throw new UsageError('Nothing was deleted.', [problem], undefined, [
        {
          words: 'To see what goes on, and what is possible:',
          command: `npx chirpsmith status ${sessionId}`,
        },
      ]);
    }
    const { audio } = reached.stack;
    if (audio?.kind !== 'bucket' || audio.name !== name || audio.keep) {
      const uses =
        audio?.kind === 'bucket' ? `${audio.name}${audio.keep ? ' with --keep-audio' : ''}` : 'none';
      const message = `The copies are in ${name}, but the running stack uses ${uses}.`;
      const problems = [{ where: wayVariables.audioBucket, message }];
      const again = { words: 'And then:', command: deleteCopiesCommand(found) };
      throw new UsageError('Nothing was deleted.', problems, undefined, [...stopFirst, again]);
    }
    const reason = await removalProblem(sessionId, audio.links);
    const after = copiedAudio(homeDirectory(env)).find((one) => one.sessionId === sessionId);
    if (!after) {
      display.emit({ event: 'audio.deleted', sessionId, from: name, files: found.files });
      return exitCodes.done;
    }
    const { files, problem = reason } = after;
    const about = { sessionId, from: name, files, ...(problem === undefined ? {} : { reason: problem }) };
    display.emit({ event: 'audio.left', ...about, next: [deleteCopies(after)] });
    return exitCodes.failed;
  } finally {
    await reached.release();
  }
}

async function mayNeedThem(sessionId: string, { client }: ConnectedStack): Promise<boolean> {
  try {
    return !needsNoAudio((await client.getSession(sessionId)).session.status);
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === 404) return false;
    throw error;
  }
}
