import type { SessionAnswer } from '../functions/api/contract/session.ts';
import type { AudioRemoval } from '../functions/shared/audio-links.ts';
import { ChirpsmithError } from '../functions/shared/errors.ts';
import { createAudioLinks } from '../functions/storage/audio-links.ts';
import { type CopiedAudio, copiedAudio, homeDirectory, needsNoAudio, wayVariables } from '../local/index.ts';
import { shellQuote } from '../packages/terminal/shell-quote.ts';
import type { CommandContext } from './command.ts';
import { type ConnectedStack, connectStack } from './connect.ts';
import type { CliEvent } from './events.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { stopFirst } from './local-stack.ts';
import type { Next } from './next.ts';
import { UsageError } from './usage-error.ts';

type Copies = Pick<CopiedAudio, 'sessionId' | 'name' | 'settings'>;

/** The command that deletes the copies of a session's audio, with all that leads to the bucket but secrets. */
export function deleteCopies(
  { sessionId, name, settings }: Copies,
  words = 'To delete the copies there:',
): Next {
  const { variables, secrets } = settings;
  const place = Object.entries({ [wayVariables.audioBucket]: name, ...variables })
    .map(([variable, value]) => `${variable}=${shellQuote(value)} `)
    .join('');
  const command = `${place}npx chirpsmith delete ${sessionId} --copies`;
  return { words, command, ...(secrets.length === 0 ? {} : { needs: secrets }) };
}

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
  const { problem: slow, kept } =
    audio?.kind === 'bucket' && !audio.keep ? await removal(sessionId, audio.links) : {};
  // It was resumed at this moment.
  if (kept && kept.until === undefined) return;
  for (const left of copiedAudio(homeDirectory(env)).filter((one) => one.sessionId === sessionId)) {
    const { name, files, problem } = left;
    // A stack without the bucket cannot say it; of a session that is deleted nothing is kept.
    const until = kept?.until ?? (status === 'deleting' ? undefined : keptStill(left));
    if (until !== undefined) {
      display.emit(keptAudio(left, until));
      continue;
    }
    const reason = problem ?? slow;
    const about = { sessionId, from: name, files, ...(reason === undefined ? {} : { reason }) };
    display.emit({ event: 'audio.left', ...about, next: [deleteCopies(left)] });
  }
}

/** Until when copies are kept, as the journal has it, while that time has not come. */
const keptStill = ({ keptUntil }: Pick<CopiedAudio, 'keptUntil'>) =>
  keptUntil !== undefined && Date.parse(keptUntil) > Date.now() ? keptUntil : undefined;

/** Copies that cannot be deleted yet. Their removal is never asked of a stack that does not have their bucket. */
function keptAudio(copies: CopiedAudio, until: string): CliEvent {
  const { sessionId, name, files } = copies;
  const reason = `The provider may still fetch them until ${until.slice(11, 16)} UTC. A stack that runs with this bucket then deletes them; else the first command after it that names this bucket.`;
  const next = [deleteCopies(copies, 'To delete them then, at the latest:')];
  return { event: 'audio.left', sessionId, from: name, files, reason, next };
}

interface Removal {
  /** Why it failed, where the journal may not have it. */
  readonly problem?: string;
  readonly kept?: AudioRemoval['kept'];
}

async function removal(sessionId: string, url: string): Promise<Removal> {
  try {
    return await createAudioLinks({ url }).remove(sessionId);
  } catch (error) {
    if (!(error instanceof ChirpsmithError)) throw error;
    const slow = 'The bucket does not answer in time; the stack goes on trying.';
    return { problem: error.problems[0]?.message ?? slow };
  }
}

/**
 * Deletes only the copies of a session's audio in a bucket of the person's own.
 * @returns 1 where they are still there: the provider may fetch them, or the bucket refused
 * @throws UsageError when there are none, or the running stack does not use that bucket
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
    ...found.settings.variables,
    ...given.env,
    [wayVariables.publicUrl]: undefined,
    [wayVariables.audioBucket]: given.env[wayVariables.audioBucket] || name,
    [wayVariables.keepAudio]: undefined,
  };
  const context = { ...given, env };
  const reached = await connectStack(undefined, context, { quiet: true, spends: false });
  try {
    const { audio } = reached.stack;
    if (audio?.kind !== 'bucket' || audio.name !== name || audio.keep) {
      const uses =
        audio?.kind === 'bucket' ? `${audio.name}${audio.keep ? ' with --keep-audio' : ''}` : 'none';
      const message = `The copies are in ${name}, but the running stack uses ${uses}.`;
      const problems = [{ where: wayVariables.audioBucket, message }];
      const again = deleteCopies(found, 'And then:');
      throw new UsageError('Nothing was deleted.', problems, undefined, [...stopFirst, again]);
    }
    const { problem: reason, kept } = await removal(sessionId, audio.links);
    if (kept) {
      display.emit(kept.until === undefined ? neededAudio(found) : keptAudio(found, kept.until));
      return exitCodes.failed;
    }
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

function neededAudio({ sessionId, name, files }: CopiedAudio): CliEvent {
  const reason = 'The session is not done: the provider may still fetch its audio.';
  const words = 'To see what goes on, and what is possible:';
  const next = [{ words, command: `npx chirpsmith status ${sessionId}` }];
  return { event: 'audio.left', sessionId, from: name, files, reason, next };
}
