import type { SessionAnswer } from '../functions/api/contract.ts';
import { defaultSettings } from '../functions/shared/settings.ts';
import type { TrainArguments } from './arguments.ts';
import type { UsableFile } from './check-files.ts';
import { chooseFiles } from './choose-files.ts';
import type { Surroundings } from './command.ts';
import { confirm } from './confirm.ts';
import { comeBack } from './display/words.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { InputRejected } from './input-rejected.ts';
import { Interrupted } from './interruption.ts';
import { type ReachedStack, reachStack } from './reach-stack.ts';
import { trackResults } from './session-changes.ts';
import { endOf } from './session-end.ts';
import { uploadFiles } from './upload-files.ts';
import { watchSession } from './watch-session.ts';

/**
 * The main job: from files to a model, or from an existing session to its model.
 * Before the session is started, nothing can be spent; after it, it goes on without us.
 * @throws InputRejected, ApiRefusal, ApiUnreachable
 */
export async function trainModel(args: TrainArguments, surroundings: Surroundings): Promise<ExitCode> {
  const began = performance.now();
  const { display } = surroundings;
  const files = args.session === undefined ? await chooseFiles(args, surroundings) : [];
  const reached = await reachStack(args.speed, surroundings, { quiet: false, spends: true });
  try {
    const sessionId = args.session ?? (await prepareSession(args, files, reached, surroundings));
    if (sessionId === undefined) return exitCodes.failed;
    if (args.session !== undefined) await agreeToGoOn(args, reached, surroundings);
    return await startAndWatch(sessionId, began, args, reached, surroundings);
  } finally {
    display.close();
    await reached.release();
  }
}

/** Tells the cost, asks where it is real, creates the session and uploads its files. */
async function prepareSession(
  args: TrainArguments,
  files: readonly UsableFile[],
  reached: ReachedStack,
  surroundings: Surroundings,
): Promise<string | undefined> {
  const { display, signal } = surroundings;
  const { prices } = defaultSettings;
  const uploads = files.filter(({ duplicateOf }) => duplicateOf === undefined).length;
  const { provider, sandbox } = reached.stack;
  const credits = uploads * prices.upload + prices.create;
  display.tell({
    event: 'cost',
    uploads,
    creditsPerUpload: prices.upload,
    creditsForModel: prices.create,
    credits,
    provider,
    sandbox,
  });
  await agree(`Spend about ${credits} credits at ${provider}?`, args, reached, surroundings);

  signal.throwIfAborted();
  const created = await reached.client.createSession({
    name: args.name,
    files: files.map(({ name, size, sha256 }) => ({ name, size, sha256 })),
    minClips: args.minClips,
    skipInvalid: args.skipInvalid,
  });
  const { sessionId } = created;
  const sizes = new Map(files.map(({ name, size }) => [name, size]));
  const names = new Map(created.uploads.map(({ trackId, file }) => [trackId, file]));
  display.tell({
    event: 'session.created',
    sessionId,
    name: args.name,
    uploads: created.uploads.map(({ trackId, file }) => ({ trackId, file, size: sizes.get(file) ?? 0 })),
    duplicates: created.duplicates.map(({ file, duplicateOf }) => ({
      file,
      duplicateOf: names.get(duplicateOf) ?? duplicateOf,
    })),
  });
  const problems = await uploadFiles(files, created, {
    signal,
    tell: display.tell,
    progress: display.progress,
  });
  if (problems.length === 0) return sessionId;
  display.tell({
    event: 'error',
    message: 'Not every file could be uploaded. Nothing was spent: run the command again.',
    problems,
  });
  return undefined;
}

async function agreeToGoOn(
  args: TrainArguments,
  reached: ReachedStack,
  surroundings: Surroundings,
): Promise<void> {
  const { provider } = reached.stack;
  await agree(
    `Go on with this session, which may spend credits at ${provider}?`,
    args,
    reached,
    surroundings,
  );
}

/** Real credits are spent only by somebody's word. */
async function agree(
  question: string,
  args: TrainArguments,
  { stack }: ReachedStack,
  { display, json, signal }: Surroundings,
): Promise<void> {
  if (stack.sandbox || args.yes) return;
  if (json || !process.stdin.isTTY || !process.stdout.isTTY) {
    throw new InputRejected(`Nothing was spent: ${stack.provider} takes real credits.`, [
      { where: '--yes', message: 'Nobody can be asked here: add --yes to agree beforehand.' },
    ]);
  }
  display.close();
  if (await confirm(question, signal)) return;
  throw new InputRejected('Nothing was started or spent.');
}

async function startAndWatch(
  sessionId: string,
  began: number,
  args: TrainArguments,
  reached: ReachedStack,
  { display, signal }: Surroundings,
): Promise<ExitCode> {
  const { client } = reached;
  signal.throwIfAborted();
  try {
    const session: SessionAnswer = await client.startSession(sessionId);
    const about = { sessionId, name: session.name, tracks: trackResults(session) };
    if (args.session !== undefined) display.tell({ event: 'session.found', ...about });
    display.tell({ event: 'session.started', ...about });
    const ending = await watchSession(client, sessionId, {
      // Of a session that goes on, what was finished before is no news.
      before: args.session === undefined ? undefined : session,
      tell: display.tell,
      signal,
      deadline: args.deadline,
      isRunning: reached.isRunning,
    });
    const { event, code } = endOf(ending, sessionId, (performance.now() - began) / 1000);
    display.tell(event);
    return code;
  } catch (error) {
    if (!(error instanceof Interrupted) && !signal.aborted) throw error;
    display.tell({
      event: 'session.left',
      sessionId,
      running: true,
      next: { words: 'To come back to it:', command: comeBack(sessionId) },
    });
    return exitCodes.left;
  }
}
