import * as z from 'zod';
import { mayHoldAudio } from '../../../packages/audio-inspection/formats.ts';
import { rightsProblem } from '../../domain/rights.ts';
import { minClipsProblems, nameProblems } from '../../domain/validate-names.ts';
import type { Problem } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import { zodProblems } from '../../shared/zod-problems.ts';
import type { Folder } from './inbox.ts';

/** `manifest.json`, as a person puts it beside the audio. */
const manifestSchema = z.strictObject({
  /** What is to be made: a model, unless it says `batch`. */
  kind: z.enum(['train', 'batch']).default('train'),
  /** Name of the model, or to find the batch by. */
  name: z.string(),
  /** Names of the files beside it; without a list, all audio of the folder. */
  audio: z.array(z.string()).optional(),
  minClips: z.number().int().optional(),
  skipInvalid: z.boolean().optional(),
  review: z.boolean().optional(),
  /** The recordings are the person's to train on. */
  rights: z.boolean().optional(),
  /** Start another session of the same content, on purpose: another number each time. */
  again: z.number().int().min(2).optional(),
});

/** A manifest that can be read. */
export type Manifest = z.infer<typeof manifestSchema>;

/** A manifest whose audio is there. */
export interface Order extends Omit<Manifest, 'audio' | 'again'> {
  /** Names in the folder. */
  readonly files: readonly string[];
}

/** Longest manifest, in bytes: the names of a whole batch go into it. */
export const longestManifest = 1024 * 1024;

export const manifestName = 'manifest.json';
export const reportName = 'manifest.error.json';
/** What was started from the folder. */
export const startedName = 'manifest.started.json';
/** Audio that came after the start. */
export const lateName = 'manifest.late.json';

/** Files that the inbox itself puts beside a manifest. */
export const isOurs = (name: string): boolean => [reportName, startedName, lateName].includes(name);

/** Fields that say something about a model. */
const ofModels = ['minClips', 'skipInvalid', 'review'] as const;

/** Reads a manifest, for itself. Every problem is named at once. */
export function readManifest(
  bytes: Uint8Array | undefined,
): { manifest: Manifest } | { problems: readonly Problem[] } {
  if (bytes === undefined) return refused(manifestName, 'is larger than 1 MB: name the files only');
  const json = parseJson(bytes);
  if (json === undefined)
    return refused(manifestName, 'is not JSON in UTF-8: correct it and upload it again');
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success)
    return {
      problems: parsed.error.issues.flatMap((issue) =>
        zodProblems(issue, { whole: manifestName, words: 'a manifest' }),
      ),
    };
  return { manifest: parsed.data };
}

/** How many names of a folder are looked at, at most: more than any session of the kind takes. */
export const mostListed = ({ kind }: Pick<Manifest, 'kind'>, { limits }: Settings): number =>
  kind === 'batch' ? Math.max(3000, 2 * limits.maxBatchFiles) : 3000;

/** Holds a manifest against what is in its folder. Every problem is named at once; `waits`: only files are missing. */
export function judge(
  { audio, again: _again, ...manifest }: Manifest,
  folder: Folder,
  { limits, rightsQuestion }: Settings,
): { order: Order } | { problems: readonly Problem[]; waits: boolean } {
  const isBatch = manifest.kind === 'batch';
  const minClips = manifest.minClips ?? limits.minClips;
  const found = audio === undefined ? allAudio(folder) : listedAudio(audio, folder);
  const count = audio?.length ?? found.files.length;
  const range = isBatch
    ? { least: 1, most: limits.maxBatchFiles }
    : { least: Math.max(minClips, limits.minClips), most: limits.maxTracks };
  const problems = [
    ...nameProblems(manifest.name, limits),
    ...(isBatch ? batchProblems(manifest) : minClipsProblems(minClips, limits)),
    ...found.problems,
    ...countProblems(count, audio !== undefined, range),
    ...(rightsQuestion && !manifest.rights ? [rightsProblem('the manifest')] : []),
  ];
  if (problems.length === 0) return { order: { ...manifest, files: found.files } };
  return { problems, waits: found.missing === problems.length };
}

/** Tells of files of the folder whether the manifest means them; a list may have thousands. */
export function relevantTo({ audio }: Manifest): (name: string) => boolean {
  if (audio === undefined) return isAudio;
  const listed = new Set(audio.map((name) => name.normalize('NFC')));
  return (name) => listed.has(name.normalize('NFC'));
}

const batchProblems = (manifest: Omit<Manifest, 'audio'>): Problem[] =>
  ofModels
    .filter((field) => manifest[field] !== undefined)
    .map((field) => ({ where: field, message: 'has no meaning for a batch: leave it out' }));

const refused = (where: string, message: string) => ({ problems: [{ where, message }] });

interface Found {
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
  /** Listed files that are not there. */
  readonly missing: number;
}

/** A name that begins with a dot is a file system's own: `._song.mp3` of a Mac is no audio. */
const isAudio = (name: string) => mayHoldAudio(name) && !name.startsWith('.');

function allAudio({ names, more }: Folder): Found {
  const files = names.filter(isAudio);
  const message =
    `holds more than the ${names.length} files that are listed: name the audio in the manifest, ` +
    'or use a folder of its own';
  return { files, problems: more ? [{ where: 'folder', message }] : [], missing: 0 };
}

function listedAudio(audio: readonly string[], { names, more }: Folder): Found {
  const others = names.filter((name) => name !== manifestName && !isOurs(name));
  // The same letters may be written with other characters by another system (é is one, or two).
  const alike = new Map([
    ...others.map((name) => [name.normalize('NFC'), name] as const),
    ...others.map((name) => [name, name] as const),
  ]);
  const firstWith = new Map<string, number>();
  const files: string[] = [];
  const problems: Problem[] = [];
  let missing = 0;
  for (const [index, listed] of audio.entries()) {
    const where = `audio[${index}]`;
    const name = alike.get(listed) ?? alike.get(listed.normalize('NFC'));
    if (name === undefined) {
      missing += 1;
      const nowhere = more ? `is not among its first ${others.length} files` : 'is not in the folder';
      problems.push({ where, message: `${quoted(listed)} ${nowhere}: upload it, or correct its name` });
      continue;
    }
    const first = firstWith.get(name);
    if (first !== undefined) {
      problems.push({ where, message: `is audio[${first}] again: list each file once` });
    } else {
      firstWith.set(name, index);
      files.push(name);
    }
  }
  return { files, problems, missing };
}

function countProblems(
  count: number,
  listed: boolean,
  { least, most }: { least: number; most: number },
): Problem[] {
  const [where, has] = listed
    ? ['audio', `lists ${count} files`]
    : ['folder', `holds ${count} files that are named as audio`];
  if (count < least) return [{ where, message: `${has}: at least ${least} are needed` }];
  if (count <= most) return [];
  return [{ where, message: `${has}: at most ${most} are taken; name those in "audio"` }];
}

const quoted = (text: string) => JSON.stringify(text.length > 200 ? `${text.slice(0, 199)}…` : text);

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
