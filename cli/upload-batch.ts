import { filesPerRequest } from '../functions/api/contract.ts';
import { trackIdAt } from '../functions/sessions/new-session.ts';
import { defaultSettings } from '../functions/shared/settings.ts';
import { agree } from './agree.ts';
import type { UploadArguments } from './arguments/upload-arguments.ts';
import { checkFiles, doubtsAbout, type RejectedFile, type UsableFile } from './check-files.ts';
import type { Surroundings } from './command.ts';
import { type Converter, openConverter } from './converter.ts';
import { counted } from './display/words.ts';
import type { CliEvent } from './events.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { type FoundFile, findFiles } from './find-files.ts';
import { followSession } from './follow-session.ts';
import { InputRejected } from './input-rejected.ts';
import { localFiles } from './inspect-local-file.ts';
import { providerOf, type ReachedStack, reachStack } from './reach-stack.ts';
import { startSession } from './start-session.ts';
import { uploadFiles } from './upload-files.ts';
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
 * @throws InputRejected, ApiRefusal, ApiUnreachable
 */
export async function uploadBatch(args: UploadArguments, surroundings: Surroundings): Promise<ExitCode> {
  const began = performance.now();
  const { display } = surroundings;
  await using converter = args.convert ? await openConverter(surroundings) : undefined;
  const chosen = await chooseFiles(args, surroundings, converter);
  const cost = costOf(chosen.usable);
  if (args.dryRun) {
    const paid = await providerOf(surroundings);
    display.tell({ event: 'cost', ...cost, ...paid });
    const { uploads: usable, credits } = cost;
    display.tell({ event: 'dry-run.passed', name: args.name, usable, credits, ...paid });
    return chosen.rejected.length === 0 ? exitCodes.done : exitCodes.badInput;
  }
  const reached = await reachStack(args.speed, surroundings, { quiet: false, spends: true });
  try {
    const { provider, sandbox } = reached.stack;
    display.tell({ event: 'cost', ...cost, provider, sandbox });
    await agree(
      `Spend about ${counted(cost.credits, 'credit')} at ${provider}?`,
      args,
      reached,
      surroundings,
    );
    const sessionId = await sendFiles(args.name, chosen.usable, reached, surroundings);
    if (sessionId === undefined) return exitCodes.failed;
    const started = await startSession(sessionId, reached, surroundings);
    if (typeof started === 'number') return started;
    return await followSession(started, reached, surroundings, {
      isNew: true,
      deadline: args.deadline,
      seconds: () => (performance.now() - began) / 1000,
      end: (told) => withRejected(told, chosen),
    });
  } finally {
    display.close();
    await reached.release();
  }
}

async function chooseFiles(
  { paths }: UploadArguments,
  { display, env, signal }: Surroundings,
  converter: Converter | undefined,
): Promise<ChosenFiles> {
  const { limits } = defaultSettings;
  const { files, skipped, problems } = await findFiles(paths, userDirectory(env, 'upload'));
  display.tell({ event: 'files.found', files: files.map(({ name }) => name) });
  for (const file of skipped) display.tell({ event: 'file.skipped', ...file });
  const nothing = 'Nothing was started or spent';
  if (problems.length > 0) throw new InputRejected(`${nothing}: some of the paths lead nowhere.`, problems);
  if (files.length > limits.maxBatchFiles) {
    const message = `${nothing}: at most ${limits.maxBatchFiles} files are taken, and there are ${files.length}.`;
    throw new InputRejected(message, []);
  }
  const { tell } = display;
  const { usable, rejected } = await checkFiles(files, limits, {
    inspector: localFiles,
    converter,
    tell,
    signal,
  });
  if (usable.length === 0) {
    const named = rejected.map(({ file, reason }) => ({ where: file, message: reason }));
    throw new InputRejected(`${nothing}: none of the files can be used.`, named);
  }
  for (const message of doubtsAbout(usable)) tell({ event: 'note', message });
  return { files, usable, rejected };
}

function costOf(files: readonly UsableFile[]) {
  const { upload } = defaultSettings.prices;
  const uploads = files.filter(({ duplicateOf }) => duplicateOf === undefined).length;
  return { uploads, creditsPerUpload: upload, creditsForModel: 0, credits: uploads * upload };
}

/**
 * Declares and uploads the files slice by slice: the URLs of thousands fit into no one answer, and those of the last
 * would have expired by the time that the first are through.
 * @returns the session's id, unless a file could not be uploaded
 */
async function sendFiles(
  name: string,
  files: readonly UsableFile[],
  { client }: ReachedStack,
  { display, signal }: Surroundings,
): Promise<string | undefined> {
  let sessionId: string | undefined;
  for (let from = 0; from < files.length; from += filesPerRequest) {
    signal.throwIfAborted();
    const slice = files.slice(from, from + filesPerRequest);
    const declared = slice.map((file) => ({ name: file.name, size: file.size, sha256: file.sha256 }));
    const { uploads, ...created } =
      sessionId === undefined
        ? await client.createSession({ kind: 'batch', name, files: declared })
        : await client.addFiles(sessionId, from, declared);
    if (sessionId === undefined) display.tell(createdEvent(created.sessionId, name, files));
    sessionId = created.sessionId;
    const { tell, progress } = display;
    const problems = await uploadFiles(slice, uploads, { signal, tell, progress });
    if (problems.length === 0) continue;
    const message = 'Not every file could be uploaded. Nothing was spent: run the command again.';
    display.tell({ event: 'error', message, problems });
    return undefined;
  }
  return sessionId;
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

/** The outcome with the files that were never sent, each in its place: whoever named eight is told of eight. */
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
  return { event: { ...told.event, files }, code: exitCodes.failed };
}
