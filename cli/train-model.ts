import type { CreatedSessionAnswer, SessionAnswer } from '../functions/api/contract/session.ts';
import { defaultSettings } from '../functions/shared/settings.ts';
import { ApiRefusal, ApiUnreachable } from './api-errors.ts';
import { publishAudio, requireAudioWay } from './audio-way.ts';
import type { UsableFile } from './check-files.ts';
import { chooseFiles } from './choose-files.ts';
import type { CommandContext } from './command.ts';
import type { TrainArguments } from './commands/train.ts';
import { withRights } from './confirm-rights.ts';
import { confirmSpending, mostForUploads, type Spending } from './confirm-spending.ts';
import { type ConnectedStack, connectStack, providerOf } from './connect.ts';
import { openConverter } from './converter.ts';
import { requireRoom } from './doctor/room.ts';
import { findExisting, goOnWithExisting } from './existing-session.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { followSession } from './follow-session.ts';
import { noteName } from './note-name.ts';
import { counted } from './output/format.ts';
import { forgetFiles, rememberFiles } from './remembered-files.ts';
import { resumeSession } from './resume-session.ts';
import { sameCommand } from './same-command.ts';
import { naming } from './signal-handling.ts';
import { startSession } from './start-session.ts';
import { uploadMissing } from './upload-missing.ts';
import { uploadRest } from './upload-rest.ts';

/**
 * The main job: from files to a model. Before the session is started, nothing can be spent; after it, it goes on
 * without us.
 * @throws UsageError, ApiRefusal, ApiUnreachable
 */
export async function trainModel(args: TrainArguments, context: CommandContext): Promise<ExitCode> {
  const { session } = args;
  if (session !== undefined) {
    return resumeSession({ ...args, session, name: undefined, minClips: undefined, watch: true }, context);
  }
  const began = performance.now();
  const { display } = context;
  await using converter = args.convert ? await openConverter(context) : undefined;
  const files = await chooseFiles(args, context, converter);
  if (args.dryRun) return tryAll(args, files, context);
  // Without a stack, a way that is missing is known at once.
  await providerOf(context);
  await requireRoom(files, context, { mayBeThere: true });
  const reached = await connectStack(args.speed, context, { quiet: false, spends: true });
  try {
    await requireAudioWay(reached);
    const goOn = async (sessionId: string, yes: boolean) => {
      const { deadline, rightsConfirmed } = args;
      const byContent = new Map(files.map((file) => [file.sha256, file]));
      const find = async (sha256: string) => byContent.get(sha256);
      const upload = (session: SessionAnswer) => uploadRest(session, find, reached.client, context);
      const again = (session: SessionAnswer) => ({
        words:
          session.modelId === undefined
            ? 'To train on these files in a new session:'
            : 'To train a second model of these files:',
        command: sameCommand('train', { ...args, again: true }, context.env),
      });
      const options = { again, yes, deadline, rightsConfirmed, upload };
      return goOnWithExisting(sessionId, options, reached, context);
    };
    const body = bodyOf(args, files);
    // Asked beside the next request; an error is reported where the answer is awaited.
    const full = nearlyFull(reached);
    full.catch(() => {});
    const existing = await findExisting(body, reached);
    if (existing !== undefined) return await goOn(existing, args.yes);
    await requireRoom(files, context, { mayBeThere: false });
    const created = await createSession(args, { body, files, full }, reached, context);
    // Another command has created it since this one has looked, and more was agreed to here.
    if (created.existing) return await goOn(created.sessionId, true);
    const { sessionId, uploads } = created;
    rememberFiles(sessionId, files, context);
    const at = { client: reached.client, sessionId };
    const started = await naming({ sessionId, mayRun: false }, context.signal, async () => {
      if (!(await uploadMissing(files, uploads, at, context))) return exitCodes.failed;
      forgetFiles(sessionId, context);
      const ended = await publishAudio(sessionId, uploads, reached, context);
      return ended ?? startSession(sessionId, reached, context);
    });
    if (typeof started === 'number') return started;
    return await followSession(started, reached, context, {
      isNew: true,
      deadline: args.deadline,
      seconds: () => (performance.now() - began) / 1000,
    });
  } finally {
    display.close();
    await reached.release();
  }
}

/** Tries all that costs nothing, without a stack: the files, whom to pay and how much, the way of the audio. */
async function tryAll(
  args: TrainArguments,
  files: readonly UsableFile[],
  context: CommandContext,
): Promise<ExitCode> {
  const paid = await providerOf(context);
  const cost = costOf(files);
  context.display.emit({ event: 'cost', ...cost, ...paid });
  const { uploads, credits } = cost;
  const next = [{ words: 'To train on them:', command: sameCommand('train', args, context.env) }];
  const { dryRun } = await import('./dry-run.ts');
  return dryRun({ ...args, makesModel: true, files, uploads, credits, paid, next }, context);
}

function costOf(files: readonly UsableFile[]) {
  const { prices } = defaultSettings;
  const uploads = files.filter(({ duplicateOf }) => duplicateOf === undefined).length;
  return {
    uploads,
    creditsPerUpload: prices.upload,
    creditsForModel: prices.create,
    credits: uploads * prices.upload + prices.create,
  };
}

type Body = Parameters<ConnectedStack['client']['createSession']>[0];

function bodyOf(
  { name, minClips, skipInvalid, review, again }: TrainArguments,
  files: readonly UsableFile[],
): Body {
  return {
    name,
    files: files.map((file) => ({ name: file.name, size: file.size, sha256: file.sha256 })),
    // An existing session keeps its options, and says where these are others.
    ...(minClips === undefined ? {} : { minClips }),
    ...(skipInvalid ? { skipInvalid } : {}),
    ...(review ? { review } : {}),
    ...(again ? { again } : {}),
  };
}

/** Tells the cost, asks where it is real, and creates the session. */
async function createSession(
  args: TrainArguments,
  {
    body,
    files,
    full,
  }: {
    readonly body: Body;
    readonly files: readonly UsableFile[];
    /** See {@link nearlyFull}. */
    readonly full: Promise<string | undefined>;
  },
  reached: ConnectedStack,
  context: CommandContext,
): Promise<CreatedSessionAnswer> {
  const { display, signal } = context;
  const { provider, sandbox } = reached.stack;
  const cost = costOf(files);
  display.emit({ event: 'cost', ...cost, provider, sandbox });
  noteName(args.name, display);
  const noteFull = async () => {
    const message = await full;
    if (message !== undefined) display.emit({ event: 'note', message });
  };
  // A person who pays reads it first. The sandbox asks no one, so its session does not wait for that answer.
  if (!sandbox) await noteFull();
  // What waits for review is asked about twice: the uploads are paid before it.
  const most = args.review ? cost.credits - cost.creditsForModel : cost.credits;
  const atMost = most + mostForUploads(cost.uploads) - cost.uploads * cost.creditsPerUpload;
  const some = counted(files.length, 'file');
  const spending: Spending = {
    what: args.review ? `upload ${some} for the model "${args.name}"` : `train "${args.name}" on ${some}`,
    question: `Spend about ${most} credits at ${provider}?`,
    ...{ credits: most, atMost, dialect: 'mountsea', sendsAudio: true },
  };
  await confirmSpending(spending, args, reached, context);

  signal.throwIfAborted();
  const creating = withRights(
    some,
    (words) => reached.client.createSession({ ...body, ...words }),
    args,
    context,
  );
  // A failure is reported below: the warning comes first.
  creating.catch(() => {});
  if (sandbox) await noteFull();
  const { answer: created } = await creating;
  if (created.existing) return created;
  const { sessionId } = created;
  const sizes = new Map(files.map((file) => [file.sha256, file.size]));
  const names = new Map(created.uploads.map(({ trackId, file }) => [trackId, file]));
  display.emit({
    event: 'session.created',
    sessionId,
    kind: 'train',
    name: args.name,
    uploads: created.uploads.map(({ trackId, file, sha256 }) => ({
      trackId,
      file,
      size: sizes.get(sha256) ?? 0,
    })),
    duplicates: created.duplicates.map(({ file, duplicateOf }) => ({
      file,
      duplicateOf: names.get(duplicateOf) ?? duplicateOf,
    })),
  });
  return created;
}

/** That the account may hold no more models, as far as the API can tell; without an answer nothing is said. */
async function nearlyFull({ client }: ConnectedStack): Promise<string | undefined> {
  try {
    return (await client.listModels()).warning;
  } catch (error) {
    if (error instanceof ApiRefusal || error instanceof ApiUnreachable) return undefined;
    throw error;
  }
}
