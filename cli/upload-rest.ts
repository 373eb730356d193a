import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SessionAnswer } from '../functions/api/contract/session.ts';
import { filesPerRequest, type TrackAnswer } from '../functions/api/contract/track.ts';
import type { Problem } from '../functions/shared/errors.ts';
import { shellQuote } from '../packages/terminal/shell-quote.ts';
import type { ApiClient } from './api-client.ts';
import type { UsableFile } from './check-files.ts';
import type { CommandContext } from './command.ts';
import { ConversionFailure, type Converter } from './converter.ts';
import { openLocalFile } from './local-file.ts';
import { leadingToProvider, type Next } from './next.ts';
import { counted, goOnCommand } from './output/format.ts';
import type { RememberedFile } from './remembered-files.ts';
import type { Upload } from './upload-files.ts';
import { uploadMissing } from './upload-missing.ts';

/** Why a file of a session cannot be uploaded from this disk. */
export interface LostFile {
  readonly lost: string;
  /** What is there now, where another file may take its place. */
  readonly path?: string;
}

/**
 * Uploads those of a session's files that are not in the bucket yet.
 * @param find the file of this SHA-256 on this disk
 * @returns whether all of them are there now; otherwise the missing files are reported
 */
export async function uploadRest(
  session: SessionAnswer,
  find: (sha256: string) => Promise<UsableFile | LostFile | undefined>,
  client: Pick<ApiClient, 'signUploads'>,
  context: Pick<CommandContext, 'display' | 'signal' | 'clock'>,
): Promise<boolean> {
  const { sessionId, tracks } = session;
  const unseen = tracks.filter(isUnseen).map(({ trackId }) => ({ trackId }));
  const missing: Upload[] = [];
  for (let from = 0; from < unseen.length; from += filesPerRequest) {
    const slice = unseen.slice(from, from + filesPerRequest);
    missing.push(...(await client.signUploads(sessionId, slice)).uploads);
  }
  if (missing.length === 0) return true;
  context.display.emit({
    event: 'note',
    message: `Still to be uploaded: ${counted(missing.length, 'file')}.`,
  });
  const files: UsableFile[] = [];
  const problems: Problem[] = [];
  const next: Next[] = [];
  for (const { trackId, file: where, sha256 } of missing) {
    const file = await find(sha256);
    if (file && !('lost' in file)) {
      files.push(file);
      continue;
    }
    const { lost = 'It is not where it was on this disk.', path } = file ?? {};
    problems.push({ where, message: lost });
    const command = `npx chirpsmith replace ${sessionId} ${trackId} ${path === undefined ? 'FILE' : shellQuote(path)}`;
    next.push({
      words: `To take ${path === undefined ? 'another file' : 'what is there now'} for ${where}:`,
      command,
    });
  }
  next.push({
    words: 'And then, or with the former files in their places:',
    command: goOnCommand(sessionId),
  });
  const lost = { problems, next: leadingToProvider(session, next) };
  const found = new Set(files.map(({ sha256 }) => sha256));
  const uploads = missing.filter(({ sha256 }) => found.has(sha256));
  return uploadMissing(files, uploads, { client, sessionId }, context, lost);
}

/** Nobody has looked at its file yet; or what was there is no file to train on. */
const isUnseen = ({ status, format, unchecked }: TrackAnswer) =>
  !unchecked && (status === 'rejected' || (status === 'declared' && format === undefined));

/**
 * Finds a file where it lay when the session was declared, or by its content under another name beside that. One that was
 * converted is converted again.
 * @param convert as {@link Converter} has it; asked only for what is not on the disk
 */
export function findAgain(remembered: readonly RememberedFile[], convert: Converter['convert']) {
  const byContent = new Map(remembered.map((file) => [file.sha256, file]));
  return async (sha256: string): Promise<UsableFile | LostFile | undefined> => {
    const file = byContent.get(sha256);
    if (!file) return undefined;
    const { convertedFrom: from, ...known } = file;
    const folder = dirname(file.path);
    const beside = await readdir(folder).catch(() => []);
    for (const path of [file.path, ...beside.map((name) => join(folder, name))]) {
      if (await holds(path, file)) return { ...known, path };
    }
    const origin = from?.path ?? file.path;
    if (!(await isFile(origin))) return { lost: `It is not where it was on this disk: ${origin}.` };
    const changed = `Its bytes changed since the session was made: ${origin}.`;
    if (!from) return { lost: changed, path: origin };
    const path = await convert(from.path, from.to, from.bitrate).catch((error: unknown) => {
      if (error instanceof ConversionFailure) return undefined;
      throw error;
    });
    return path !== undefined && (await holds(path, file)) ? { ...known, path } : { lost: changed };
  };
}

const isFile = (path: string) =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

async function holds(path: string, { size, sha256 }: RememberedFile): Promise<boolean> {
  const file = await openLocalFile(path).catch(() => undefined);
  try {
    return file?.source.size === size && (await file.sha256()) === sha256;
  } catch {
    return false;
  } finally {
    await file?.close();
  }
}
