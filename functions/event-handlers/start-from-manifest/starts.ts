import * as z from 'zod';
import type { Inbox } from './inbox.ts';
import { lateName, type Manifest, relevantTo, startedName } from './manifest.ts';

const startSchema = z.object({
  /** By what it says: SHA-256 of its folder and its content. */
  content: z.string(),
  execution: z.string(),
  startedAt: z.iso.datetime(),
  /** When the manifest was put there last: this note has to be newer, so that it is deleted after it. */
  manifestAt: z.iso.datetime(),
  /** The session's files, by their names in the folder; absent where that is not known any more. */
  files: z.array(z.string()).optional(),
});

/** What a manifest has started. */
export type Start = Readonly<z.infer<typeof startSchema>>;

const startsSchema = z.object({ starts: z.array(startSchema) });
const lateSchema = z.object({
  execution: z.string(),
  files: z.array(z.object({ where: z.string(), message: z.string() })),
});

/** Starts that are kept for one folder. */
const mostStarts = 100;
const longestNote = 2 * 1024 * 1024;
/** Most late files that a report names. */
const mostLate = 100;
/** Milliseconds by which S3's clock, which counts in seconds, may be ahead of ours. */
const clockSkew = 5000;

export const howToStartAgain =
  'The same manifest starts no second session. To start another one, put "again": 2 into it, and a higher number each time.';

/** What was started from this folder, newest last. It outlives the execution, which is forgotten after 90 days. */
export async function startsOf(folder: string, inbox: Inbox): Promise<readonly Start[]> {
  if (!(await inbox.find(folder + startedName))) return [];
  return parsed(startsSchema, await inbox.read(folder + startedName, longestNote))?.starts ?? [];
}

/** Writes down what was started; the files are kept of the newest start only. */
export async function noteStart(
  folder: string,
  start: Start,
  { inbox, before }: { inbox: Inbox; before: readonly Start[] },
): Promise<void> {
  const others = before.filter(({ content }) => content !== start.content);
  const older = others.slice(1 - mostStarts).map(({ files: _files, ...kept }) => kept);
  await inbox.write(folder + startedName, { advice: howToStartAgain, starts: [...older, start] });
}

/**
 * Reports, in a file beside the manifest, audio that came after the start and is not in the session. Without such audio
 * there is no such file.
 * @returns whether the report was changed; it may have been replaced meanwhile, so look again then
 */
export async function reportLate(
  folder: string,
  { manifest, start, most }: { manifest: Manifest; start: Start; most: number },
  { inbox, now }: { inbox: Inbox; now: () => string },
): Promise<boolean> {
  const { execution, startedAt } = start;
  const surelyAfter = new Date(Date.parse(startedAt) + clockSkew).toISOString();
  const inSession = new Set(start.files);
  const isLeftOut = (one: string) =>
    manifest.audio === undefined && start.files !== undefined && !inSession.has(one);
  const { names, newer } = await inbox.list(folder, most, surelyAfter);
  const isNewer = new Set(newer);
  const isRelevant = relevantTo(manifest);
  const late = names
    .filter((one) => isRelevant(one) && (isNewer.has(one) || isLeftOut(one)))
    .slice(0, mostLate);
  const files = late.map((where) => ({ where, message: 'came after the start: it is not in the session' }));
  const key = folder + lateName;
  const isThere = await inbox.find(key);
  if (files.length === 0) {
    if (isThere) await inbox.remove(key);
    return isThere;
  }
  const earlier = isThere ? parsed(lateSchema, await inbox.read(key, longestNote)) : undefined;
  if (earlier?.execution === execution && JSON.stringify(earlier.files) === JSON.stringify(files))
    return false;
  await inbox.write(key, { at: now(), execution, startedAt, files, advice: howToStartAgain });
  return true;
}

/** Undefined for what is not ours: a person may put anything there. */
export function parsed<T>(schema: z.ZodType<T>, read: { bytes: Uint8Array | undefined } | undefined) {
  try {
    return schema.safeParse(JSON.parse(new TextDecoder().decode(read?.bytes))).data;
  } catch {
    return undefined;
  }
}
