import * as z from 'zod';
import { promisesAudio } from '../../audio/extensions.ts';
import { minClipsProblems, nameProblems } from '../../sessions/names.ts';
import type { Problem } from '../../shared/errors.ts';
import { issueProblems } from '../../shared/issue-problems.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Folder } from './inbox.ts';

/** `manifest.json`, as a person puts it beside the audio. */
const manifestSchema = z.strictObject({
  /** Name of the model. */
  name: z.string(),
  /** Names of the files beside it; without a list, all audio of the folder. */
  audio: z.array(z.string()).optional(),
  minClips: z.number().int().optional(),
  skipInvalid: z.boolean().optional(),
  review: z.boolean().optional(),
});

/** A manifest whose audio is there. */
export interface Order extends Omit<z.infer<typeof manifestSchema>, 'audio'> {
  /** Names in the folder. */
  readonly files: readonly string[];
}

/** Longest manifest, in bytes. */
export const longestManifest = 64 * 1024;

export const manifestName = 'manifest.json';
export const reportName = 'manifest.error.json';

/** Reads a manifest and holds it against what is in its folder. Every problem is named at once. */
export function judge(
  bytes: Uint8Array | undefined,
  folder: Folder,
  { limits }: Settings,
): { order: Order } | { problems: Problem[] } {
  if (bytes === undefined) {
    return refused(manifestName, `is larger than ${longestManifest / 1024} KB: name the files only`);
  }
  const json = parseJson(bytes);
  if (json === undefined)
    return refused(manifestName, 'is not JSON in UTF-8: correct it and upload it again');
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success)
    return {
      problems: parsed.error.issues.flatMap((issue) =>
        issueProblems(issue, { whole: manifestName, words: 'a manifest' }),
      ),
    };
  const { audio, ...manifest } = parsed.data;
  const minClips = manifest.minClips ?? limits.minClips;
  const found = audio === undefined ? allAudio(folder) : listedAudio(audio, folder);
  const problems = [
    ...nameProblems(manifest.name, limits),
    ...minClipsProblems(minClips, limits),
    ...found.problems,
    ...countProblems(audio?.length ?? found.files.length, audio !== undefined, minClips, limits),
  ];
  return problems.length > 0 ? { problems } : { order: { ...manifest, files: found.files } };
}

const refused = (where: string, message: string) => ({ problems: [{ where, message }] });

interface Found {
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
}

/** A name that begins with a dot is a file system's own: `._song.mp3` of a Mac is no audio. */
function allAudio({ names, more }: Folder): Found {
  const files = names.filter((name) => promisesAudio(name) && !name.startsWith('.'));
  const message = 'holds too many files to list: name the audio in the manifest, or use a folder of its own';
  return { files, problems: more ? [{ where: 'folder', message }] : [] };
}

function listedAudio(audio: readonly string[], { names, more }: Folder): Found {
  const others = names.filter((name) => name !== manifestName && name !== reportName);
  // The same letters may be written with other characters by another system (é is one, or two).
  const alike = new Map([
    ...others.map((name) => [name.normalize('NFC'), name] as const),
    ...others.map((name) => [name, name] as const),
  ]);
  const firstWith = new Map<string, number>();
  const files: string[] = [];
  const problems: Problem[] = [];
  for (const [index, listed] of audio.entries()) {
    const where = `audio[${index}]`;
    const name = alike.get(listed) ?? alike.get(listed.normalize('NFC'));
    const first = name === undefined ? undefined : firstWith.get(name);
    if (name === undefined) {
      const missing = more ? `is not among its first ${others.length} files` : 'is not in the folder';
      problems.push({ where, message: `${quoted(listed)} ${missing}: upload it, or correct its name` });
    } else if (first !== undefined) {
      problems.push({ where, message: `is audio[${first}] again: list each file once` });
    } else {
      firstWith.set(name, index);
      files.push(name);
    }
  }
  return { files, problems };
}

function countProblems(
  count: number,
  listed: boolean,
  minClips: number,
  { minClips: fewest, maxTracks }: Settings['limits'],
): Problem[] {
  const least = Math.max(minClips, fewest);
  const [where, has] = listed
    ? ['audio', `lists ${count} files`]
    : ['folder', `holds ${count} files that are named as audio`];
  if (count < least) return [{ where, message: `${has}: at least ${least} are needed` }];
  if (count <= maxTracks) return [];
  return [{ where, message: `${has}: at most ${maxTracks} are taken; name those in "audio"` }];
}

const quoted = (text: string) => JSON.stringify(text.length > 200 ? `${text.slice(0, 199)}…` : text);

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
