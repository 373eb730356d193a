import { resolve } from 'node:path';
import type { CreatedSessionAnswer, SessionAnswer } from '../functions/api/contract.ts';
import { shellWord } from '../functions/shared/shell-word.ts';
import type { TrainArguments } from './arguments/train-arguments.ts';
import type { UsableFile } from './check-files.ts';
import type { Surroundings } from './command.ts';
import type { Next } from './events.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { followSession, lifetime } from './follow-session.ts';
import { goOn } from './go-on.ts';
import type { ReachedStack } from './reach-stack.ts';
import { isUnderWay } from './session-changes.ts';
import { endOfSession } from './session-end.ts';
import { uploadMissing } from './upload-missing.ts';
import { userDirectory } from './user-directory.ts';

/**
 * Goes on with the session that these files have already, under this name: what is done and paid is kept, missing files
 * are uploaded.
 * @param created the API's answer, with an upload for each file that nobody has looked at yet
 */
export async function goOnWithExisting(
  args: TrainArguments,
  { files, created }: { files: readonly UsableFile[]; created: CreatedSessionAnswer },
  reached: ReachedStack,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { client } = reached;
  const { display, env } = surroundings;
  const { session } = await client.getSession(created.sessionId);
  const { sessionId, name, status } = session;
  display.tell({ event: 'session.existing', sessionId, name, status, next: [again(args, env)] });
  if (isUnderWay(status)) {
    return followSession(session, reached, surroundings, { deadline: args.deadline, seconds: lifetime });
  }
  if (!canGoOn(session)) {
    const { event, code } = endOfSession(session, lifetime(session));
    display.tell(event);
    return code;
  }
  if (!(await uploadMissing(files, created.uploads, surroundings))) return exitCodes.failed;
  surroundings.signal.throwIfAborted();
  const after = await client.resumeSession(sessionId);
  const watched = { watch: true, deadline: args.deadline };
  return goOn({ event: 'session.resumed' }, { before: session, after }, watched, reached, surroundings);
}

function canGoOn({ actions }: SessionAnswer): boolean {
  return actions.includes('start') || actions.includes('resume');
}

function again({ paths, name }: TrainArguments, env: NodeJS.ProcessEnv): Next {
  const from = userDirectory(env, 'train');
  const files = paths.map((path) => shellWord(resolve(from, path)));
  const words = ['npm run train --', ...files, `--name ${shellWord(name)}`, '--again'];
  return { words: 'To train a second model of these files:', command: words.join(' ') };
}
