import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { homeDirectory } from '../local/index.ts';
import { conversionTargets } from '../packages/audio-inspection/formats.ts';
import type { CommandContext } from './command.ts';

const fileSchema = z.object({
  path: z.string(),
  name: z.string(),
  /** Bytes. */
  size: z.number(),
  /** 64 lower-case hex digits. */
  sha256: z.string(),
  /** How it was made of another file, where it was: it is gone with the command that made it. */
  convertedFrom: z
    .object({
      path: z.string(),
      name: z.string(),
      to: z.enum(conversionTargets),
      /** Bits a second of the source. */
      bitrate: z.number().optional(),
    })
    .optional(),
});

/** Where a file of a session lay when the session was declared. */
export type RememberedFile = z.infer<typeof fileSchema>;

type Where = Pick<CommandContext, 'env' | 'target'>;

const folderOf = ({ env }: Where) => join(homeDirectory(env), 'uploads');
const pathOf = (sessionId: string, where: Where) =>
  join(folderOf(where), `${where.target.stage ?? 'local'}.${sessionId}.json`);

/** Keeps where a session's files are, in their order, so that an upload that is cut off can go on. */
export function rememberFiles(sessionId: string, files: readonly RememberedFile[], where: Where): void {
  mkdirSync(folderOf(where), { recursive: true, mode: 0o700 });
  const path = pathOf(sessionId, where);
  // Never there by half.
  const half = `${path}.${process.pid}`;
  writeFileSync(half, JSON.stringify(files.map((file) => fileSchema.parse(file))), { mode: 0o600 });
  renameSync(half, path);
}

/** The files of a session, or none: it was declared elsewhere, or all of it is uploaded. */
export function recallFiles(sessionId: string, where: Where): readonly RememberedFile[] {
  try {
    return z.array(fileSchema).parse(JSON.parse(readFileSync(pathOf(sessionId, where), 'utf8')));
  } catch {
    return [];
  }
}

/** To be called once nothing of the session is left to be uploaded. */
export function forgetFiles(sessionId: string, where: Where): void {
  rmSync(pathOf(sessionId, where), { force: true });
}
