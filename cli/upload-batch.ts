import { createHash } from 'node:crypto';
import type { CreatedSessionAnswer, SessionAnswer } from '../functions/api/contract/session.ts';
import { filesPerRequest } from '../functions/api/contract/track.ts';
import { trackIdAt } from '../functions/domain/new-session.ts';
import { defaultSettings } from '../functions/shared/settings.ts';
import { publishAudio, requireAudioWay } from './audio-way.ts';
import { checkFiles, doubtsAbout, type RejectedFile, type UsableFile } from './check-files.ts';
import type { CommandContext } from './command.ts';
import type { UploadArguments } from './commands/upload.ts';
import { type RightsWords, withRights } from './confirm-rights.ts';
import { confirmSpending, mostForUploads, type Spending } from './confirm-spending.ts';
import { type ConnectedStack, connectStack, providerOf } from './connect.ts';
import { type Converter, openConverter } from './converter.ts';
import { requireRoom } from './doctor/room.ts';
import type { CliEvent } from './events.ts';
import { findExisting, goOnWithExisting } from './existing-session.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { type FoundFile, findFiles } from './find-files.ts';
import { followSession } from './follow-session.ts';
import { localFiles } from './inspect-local-file.ts';
import { counted } from './output/format.ts';
import { forgetFiles, rememberFiles } from './remembered-files.ts';
import { sameCommand } from './same-command.ts';
import { naming } from './signal-handling.ts';
import { startSession } from './start-session.ts';
import { uploadMissing } from './upload-missing.ts';
import { uploadRemembered } from './upload-remembered.ts';
import { UsageError } from './usage-error.ts';
import { userDirectory } from './user-directory.ts';

/** The files that were named, in their order, and which of them will do. */
export interface ChosenFiles {
  readonly files: readonly FoundFile[];
  readonly usable: readonly UsableFile[];
  readonly rejected: readonly RejectedFile[];
}

/**
 * From files to the ids of their clips. Before the session is started, nothing can be spent; after it, it goes on
 * without us.
 * @throws UsageError, ApiRefusal, ApiUnreachable
 */
export async function uploadBatch(args: UploadArguments, context: CommandContext): Promise<ExitCode> {
  const began = performance.now();
  const { display } = context;
  await using converter = args.convert ? await openConverter(context) : undefined;
  const chosen = await chooseFiles(args, context, converter);
  const cost = costOf(chosen.usable);
  if (args.dryRun) {
    const paid = await providerOf(context);
    display.emit({ event: 'cost', ...cost, ...paid });
    const { uploads, credits } = cost;
    const next = [{ words: 'To upload them:', command: sameCommand('upload', args, context.env) }];
    const { dryRun } = await import('./dry-run.ts');
    const planned = { ...args, makesModel: false, files: chosen.usable, uploads, credits, paid, next };
    const code = await dryRun(planned, context);
    if (code !== exitCodes.done) return code;
    return chosen.rejected.length === 0 ? exitCodes.done : exitCodes.badInput;
  }
  // Without a stack, a way that is missing is known at once.
  await providerOf(context);
  await requireRoom(chosen.usable, context, { mayBeThere: true });
  const reached = await connectStack(args.speed, context, { quiet: false, spends: true });
  try {
    await requireAudioWay(reached);
    const { deadline, rightsConfirmed } = args;
    const end = (told: { event: CliEvent; code: ExitCode }) => withRejected(told, chosen);
    const goOn = (sessionId: string, yes: boolean) => {
      const again = () => ({
        words: 'To upload these files once more:',
        command: sameCommand('upload', { ...args, again: true }, context.env),
      });
      rememberFiles(sessionId, chosen.usable, context);
      const upload = (session: SessionAnswer) => uploadRemembered(session, args, reached, context);
      const options = { again, yes, deadline, rightsConfirmed, upload, end };
      return goOnWithExisting(sessionId, options, reached, context);
    };
    const body = bodyOf(args, chosen.usable);
    const existing = await findExisting(body, reached);
    if (existing !== undefined) return await goOn(existing, args.yes);
    await requireRoom(chosen.usable, context, { mayBeThere: false });
    const { provider, sandbox } = reached.stack;
    display.emit({ event: 'cost', ...cost, provider, sandbox });
    const spending: Spending = {
      what: `upload ${counted(cost.uploads, 'file')}`,
      question: `Spend about ${counted(cost.credits, 'credit')} at ${provider}?`,
      ...{
        credits: cost.credits,
        atMost: mostForUploads(cost.uploads),
        dialect: 'mountsea',
        sendsAudio: true,
      },
    };
    await confirmSpending(spending, args, reached, context);
    const { answer: created, words } = await createBatch(
      args,
      { body, files: chosen.usable },
      reached,
      context,
    );
    const { sessionId } = created;
    // Another command has created it since this one has looked, and more was agreed to here.
    if (created.existing) return await goOn(sessionId, true);
    rememberFiles(sessionId, chosen.usable, context);
    const started = await naming({ sessionId, mayRun: false }, context.signal, async () => {
      if (!(await sendFiles({ ...created, words }, chosen.usable, reached, context))) return exitCodes.failed;
      forgetFiles(sessionId, context);
      const named = chosen.usable.map(({ name }, index) => ({
        trackId: trackIdAt(index, 'batch'),
        file: name,
      }));
      const ended = await publishAudio(sessionId, named, reached, context);
      return ended ?? startSession(sessionId, reached, context);
    });
    if (typeof started === 'number') return started;
    return await followSession(started, reached, context, {
      isNew: true,
      deadline,
      seconds: () => (performance.now() - began) / 1000,
      end,
    });
  } finally {
    display.close();
    await reached.release();
  }
}

async function chooseFiles(
  { paths }: UploadArguments,
  { display, env, signal }: CommandContext,
  converter: Converter | undefined,
): Promise<ChosenFiles> {
  const { limits } = defaultSettings;
  const { files, skipped, problems } = await findFiles(paths, userDirectory(env));
  display.emit({ event: 'files.found', files: files.map(({ name }) => name) });
  for (const file of skipped) display.emit({ event: 'file.skipped', ...file });
  const nothing = 'Nothing was started or spent';
  if (problems.length > 0) throw new UsageError(`${nothing}: some of the paths lead nowhere.`, problems);
  if (files.length > limits.maxBatchFiles) {
    const message = `${nothing}: at most ${limits.maxBatchFiles} files are taken, and there are ${files.length}.`;
    throw new UsageError(message, []);
  }
  const { emit } = display;
  const { usable, rejected } = await checkFiles(files, limits, {
    inspector: localFiles,
    converter,
    emit,
    signal,
  });
  if (usable.length === 0) {
    const named = rejected.map(({ file, reason }) => ({ where: file, message: reason }));
    throw new UsageError(`${nothing}: none of the files can be used.`, named);
  }
  for (const message of doubtsAbout(usable)) emit({ event: 'note', message });
  return { files, usable, rejected };
}

function costOf(files: readonly UsableFile[]) {
  const { upload } = defaultSettings.prices;
  const uploads = files.filter(({ duplicateOf }) => duplicateOf === undefined).length;
  return { uploads, creditsPerUpload: upload, creditsForModel: 0, credits: uploads * upload };
}

type Body = Parameters<ConnectedStack['client']['createSession']>[0];

function bodyOf({ name, again }: UploadArguments, files: readonly UsableFile[]): Body {
  return {
    kind: 'batch',
    name,
    files: files.slice(0, filesPerRequest).map(declared),
    content: contentOf(files),
    ...(again ? { again } : {}),
  };
}

/** Creates the batch with the first slice of its files. */
async function createBatch(
  args: UploadArguments,
  { body, files }: { readonly body: Body; readonly files: readonly UsableFile[] },
  { client }: ConnectedStack,
  context: CommandContext,
): Promise<{ answer: CreatedSessionAnswer; words: RightsWords }> {
  const { display, signal } = context;
  signal.throwIfAborted();
  const create = (words: RightsWords) => client.createSession({ ...body, ...words });
  const created = await withRights(counted(files.length, 'file'), create, args, context);
  const { existing, sessionId } = created.answer;
  if (!existing) display.emit(createdEvent(sessionId, args.name, files));
  return created;
}

const declared = ({ name, size, sha256 }: UsableFile) => ({ name, size, sha256 });

/** What all the files are, as the API has it. */
function contentOf(files: readonly UsableFile[]): string {
  const hashes = [...new Set(files.map(({ sha256 }) => sha256))].sort();
  return createHash('sha256').update(hashes.join('\n')).digest('hex');
}

/**
 * Declares and uploads the files slice by slice: the URLs of thousands fit into no one answer, and those of the last
 * would have expired by the time that the first are through.
 * @param created with the uploads of the first slice
 * @returns whether all of them are there
 */
async function sendFiles(
  { sessionId, uploads: first, words }: CreatedSessionAnswer & { words: RightsWords },
  files: readonly UsableFile[],
  { client }: ConnectedStack,
  context: CommandContext,
): Promise<boolean> {
  const to = { client, sessionId };
  if (!(await uploadMissing(files.slice(0, filesPerRequest), first, to, context))) return false;
  for (let from = filesPerRequest; from < files.length; from += filesPerRequest) {
    context.signal.throwIfAborted();
    const slice = files.slice(from, from + filesPerRequest);
    const { uploads } = await client.addFiles(sessionId, from, slice.map(declared), words);
    if (!(await uploadMissing(slice, uploads, to, context))) return false;
  }
  return true;
}

/** All files, whose ids follow from their order, although only the first of them are declared yet. */
function createdEvent(sessionId: string, name: string, files: readonly UsableFile[]): CliEvent {
  return {
    event: 'session.created',
    sessionId,
    kind: 'batch',
    name,
    uploads: files.flatMap(({ name: file, size, duplicateOf }, index) =>
      duplicateOf === undefined ? [{ trackId: trackIdAt(index, 'batch'), file, size }] : [],
    ),
    duplicates: files.flatMap(({ name: file, duplicateOf }) =>
      duplicateOf === undefined ? [] : [{ file, duplicateOf }],
    ),
  };
}

/** The outcome with the files that were never sent, each in its place, so that the outcome lists every named file. */
export function withRejected(
  told: { event: CliEvent; code: ExitCode },
  { files: found, usable, rejected }: ChosenFiles,
): { event: CliEvent; code: ExitCode } {
  if (told.event.event !== 'session.uploaded' || rejected.length === 0) return told;
  // In their order: two files may have the same name.
  const sent = [...told.event.files];
  const unsent = rejected.map(({ file, reason }) => ({ file, reason }));
  const sentPaths = new Set(usable.map(({ path, convertedFrom }) => convertedFrom?.path ?? path));
  const files = found.map(
    ({ path, name: file }) =>
      (sentPaths.has(path) ? sent.shift() : unsent.shift()) ?? { file, reason: 'was not sent' },
  );
  return { event: { ...told.event, files }, code: exitCodes.incomplete };
}
