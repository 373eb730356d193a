import type { Dirent, Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, parse, resolve, sep } from 'node:path';
import type { Problem } from '../functions/shared/errors.ts';
import { mayHoldAudio } from '../packages/audio-inspection/formats.ts';
import { reasonToSkip } from './reason-to-skip.ts';

/** A file to be checked. */
export interface FoundFile {
  /** Absolute, byte for byte as the disk has it. */
  readonly path: string;
  /** What it is called in messages and in the session: composed (NFC), at most 255 characters; another may be called so. */
  readonly name: string;
}

/** What the paths on the command line led to. */
export interface FoundFiles {
  readonly files: readonly FoundFile[];
  /** In a folder, but not taken, and why. */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
  /** Paths that cannot be followed. These are mistakes in the command, so `--skip-invalid` does not help. */
  readonly problems: readonly Problem[];
}

/** Left by desktops beside the audio; not worth a word. Hidden files are left out by their dot. */
const sidecars = new Set(['thumbs.db', 'ehthumbs.db', 'desktop.ini', 'icon\r', '$recycle.bin', '__macosx']);

/** `2.mp3` before `10.mp3`. */
const byNumber = new Intl.Collator('en', { numeric: true });

/** The API's limit on a file's name. */
const longestName = 255;

/**
 * Finds the files that the paths name: files are taken as they are, folders give the audio directly in them.
 * Symbolic links are followed; a path met twice is taken once.
 * @param cwd what relative paths start from
 */
export async function findFiles(paths: readonly string[], cwd: string): Promise<FoundFiles> {
  const found: string[] = [];
  const skipped: { file: string; reason: string }[] = [];
  const problems: Problem[] = [];

  for (const typed of paths) {
    const path = await spelledOnDisk(resolve(cwd, typed));
    const entry = await look(path);
    if (typeof entry === 'string') problems.push({ where: typed, message: entry });
    else if (entry.isFile()) found.push(path);
    else if (!entry.isDirectory()) problems.push({ where: typed, message: 'Neither a file nor a folder.' });
    else {
      const inside = await lookInto(path);
      if (typeof inside === 'string') problems.push({ where: typed, message: inside });
      else {
        found.push(...inside.files);
        skipped.push(...inside.skipped);
        if (inside.files.length === 0) {
          const folders = inside.skipped.some(({ reason }) => reason === folderReason);
          problems.push({
            where: typed,
            message: `No audio directly in this folder.${folders ? ' Folders inside it are not looked into: name them.' : ''}`,
          });
        }
      }
    }
  }
  return { files: named([...new Set(found)]), skipped, problems };
}

const folderReason = 'a folder inside the folder is not looked into; name it too if you want it';

async function lookInto(
  folder: string,
): Promise<{ files: string[]; skipped: { file: string; reason: string }[] } | string> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    return reasonOf(error);
  }
  const files: string[] = [];
  const skipped: { file: string; reason: string }[] = [];
  for (const { name } of entries.sort((a, b) => byNumber.compare(a.name, b.name))) {
    if (name.startsWith('.') || sidecars.has(name.toLowerCase())) continue;
    const path = join(folder, name);
    const entry = await look(path);
    const file = name.normalize('NFC');
    if (name.includes('\uFFFD') && typeof entry === 'string') {
      skipped.push({ file, reason: 'its name is not valid UTF-8: rename it' });
    } else if (typeof entry === 'string') {
      // Kept when its name promises audio: the check then names it with the reason.
      if (mayHoldAudio(path)) files.push(path);
      else skipped.push({ file, reason: entry });
    } else if (entry.isDirectory()) skipped.push({ file, reason: folderReason });
    else if (!entry.isFile()) skipped.push({ file, reason: 'not a file' });
    else {
      const reason = await reasonToSkip(path);
      if (reason === undefined) files.push(path);
      else skipped.push({ file, reason });
    }
  }
  return { files, skipped };
}

/** What is at the path, links followed; or why that cannot be read. */
async function look(path: string): Promise<Stats | string> {
  try {
    return await stat(path);
  } catch (error) {
    return reasonOf(error);
  }
}

/** Why the disk refused, in one sentence. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'There is no such file or folder, or it is a link that leads nowhere.';
  if (code === 'EACCES' || code === 'EPERM') return 'It cannot be read: permission is missing.';
  if (code === 'ELOOP') return 'It is a link that leads back to itself.';
  if (code === 'ENAMETOOLONG') return 'The path is too long.';
  if (code === 'ENOTDIR') return 'A part of the path is a file, not a folder.';
  return `It cannot be read (${typeof code === 'string' ? code : 'unknown error'}).`;
}

/**
 * The path as the disk spells it. "é" can be one character or two (NFC, NFD); a keyboard gives one, a Mac's
 * disk the other, and Linux takes them for different names.
 */
async function spelledOnDisk(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch {
    const folder = dirname(path);
    if (folder === path) return path;
    const parent = await spelledOnDisk(folder);
    const wanted = basename(path).normalize('NFC');
    const entries = await readdir(parent).catch(() => []);
    return join(parent, entries.find((entry) => entry.normalize('NFC') === wanted) ?? basename(path));
  }
}

/** Files of the same name in different folders get as many parent folders as tell them apart. */
function named(paths: readonly string[]): FoundFile[] {
  const composed = paths.map((path) => path.normalize('NFC'));
  return paths.map((path, index) => {
    const own = composed[index] ?? path;
    const others = composed.filter((_, other) => other !== index);
    const parts = own.slice(parse(own).root.length).split(sep);
    let name = parts.at(-1) ?? own;
    for (let taken = 2; taken <= parts.length; taken++) {
      if (!others.some((other) => other === name || other.endsWith(sep + name))) break;
      name = parts.slice(-taken).join('/');
    }
    return { path, name: name.slice(-longestName) };
  });
}
