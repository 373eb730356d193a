import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { type BucketSettings, bucketSettings, settingsOfBucket } from './bucket-settings.ts';

const entryShape = z.object({
  /** Bytes. */
  size: z.number(),
  /** Of an upload in parts that is under way, or was cut off. */
  uploadId: z.string().optional(),
  /** As the service answered it: the object is there, whole. */
  etag: z.string().optional(),
  /** Of a bucket that keeps versions. */
  versionId: z.string().optional(),
});
const fileShape = z.object({
  sessionId: z.string(),
  /** Where the objects are: another bucket or endpoint may be chosen at the next start. */
  at: z.string(),
  /** The bucket as a person names it: `s3://name/prefix`. */
  name: z.string(),
  /** What else leads there: a command after a kill is started without it. */
  settings: bucketSettings.optional(),
  /** Why the objects could not be removed, when that was tried last. */
  problem: z.string().optional(),
  /** Until when the provider may fetch them, in ISO 8601: the session is done, and its last link holds so long. */
  keptUntil: z.iso.datetime().optional(),
  objects: z.record(z.string(), entryShape),
});
type JournalFile = z.infer<typeof fileShape>;

/** What is known of one key of the person's bucket. */
export type PublishedEntry = z.infer<typeof entryShape>;

/** What was put into a bucket of the person's own, per session, so that it can be removed after a kill. */
export interface PublishedJournal {
  /** Sessions of which something may be there. */
  sessions(): string[];
  /** By key. */
  objects(sessionId: string): ReadonlyMap<string, PublishedEntry>;
  /** Written before the first byte of a key is sent, and whenever more is known. */
  set(sessionId: string, key: string, entry: PublishedEntry): void;
  forget(sessionId: string, key: string): void;
  /** Writes down why the objects of a session could not be removed; nothing where there are none. */
  blame(sessionId: string, problem: string): void;
}

/**
 * Keeps one file per session in `directory`, made when it is needed. Files of another place are left alone until a stack
 * runs with that one again.
 * @param place.at names endpoint and bucket
 * @param place.name the bucket as a person names it
 * @param place.settings what else leads there
 */
export function openPublishedJournal(
  directory: string,
  { at, name, settings }: Readonly<Pick<JournalFile, 'at' | 'name' | 'settings'>>,
): PublishedJournal {
  const known = new Map<string, Map<string, PublishedEntry>>();
  for (const file of filesIn(directory)) {
    if (file.at === at) known.set(file.sessionId, new Map(Object.entries(file.objects)));
  }
  const place = createHash('sha256').update(at).digest('hex').slice(0, 8);
  const write = (sessionId: string, objects: ReadonlyMap<string, PublishedEntry>, problem?: string) => {
    const file = path.join(directory, `${encodeURIComponent(sessionId)}.${place}.json`);
    if (objects.size === 0) return rmSync(file, { force: true });
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const content: JournalFile = {
      sessionId,
      at,
      name,
      settings,
      problem,
      objects: Object.fromEntries(objects),
    };
    writeWhole(file, content);
  };
  return {
    sessions: () => [...known.keys()],
    objects: (sessionId) => known.get(sessionId) ?? new Map(),
    set(sessionId, key, entry) {
      const objects = known.get(sessionId) ?? new Map<string, PublishedEntry>();
      objects.set(key, entry);
      known.set(sessionId, objects);
      write(sessionId, objects);
    },
    forget(sessionId, key) {
      const objects = known.get(sessionId);
      if (!objects?.delete(key)) return;
      if (objects.size === 0) known.delete(sessionId);
      write(sessionId, objects);
    },
    blame(sessionId, problem) {
      const objects = known.get(sessionId);
      if (objects) write(sessionId, objects, problem);
    },
  };
}

/** Is there anything in the journal? Without it nothing has to be asked of a bucket. */
export const hasPublished = (directory: string): boolean => filesIn(directory).length > 0;

/** Copies of a session's audio in a bucket of the person's own. */
export interface CopiedAudio {
  readonly sessionId: string;
  /** The bucket as a person names it. */
  readonly name: string;
  readonly files: number;
  readonly settings: BucketSettings;
  /** Why they could not be removed, when that was tried last. */
  readonly problem: string | undefined;
  /** Until when the provider may fetch them, in ISO 8601, where a stack that knew the bucket has found that. */
  readonly keptUntil: string | undefined;
}

/** What the journal has, read without a stack. */
export const copiedAudio = (directory: string): CopiedAudio[] =>
  filesIn(directory).map(({ sessionId, name, settings, problem, keptUntil, objects }) => {
    const files = Object.keys(objects).length;
    return { sessionId, name, settings: settings ?? settingsOfBucket({}), problem, keptUntil, files };
  });

/**
 * Writes down until when copies of a session are kept: a command whose shell has no bucket cannot ask for it. It holds
 * until more of them is known.
 * @param until milliseconds since the epoch
 */
export function writeKeptUntil(directory: string, sessionId: string, until: number): void {
  const keptUntil = new Date(until).toISOString();
  for (const [file, content] of entriesIn(directory)) {
    if (content.sessionId === sessionId) writeWhole(file, { ...content, keptUntil });
  }
}

/** A kill leaves the old file or the new one, never a part. */
function writeWhole(file: string, content: JournalFile): void {
  writeFileSync(`${file}.new`, JSON.stringify(content), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

const filesIn = (directory: string): JournalFile[] => entriesIn(directory).map(([, content]) => content);

/** By path. A file that a kill or another version left unreadable counts as none. */
function entriesIn(directory: string): [file: string, content: JournalFile][] {
  const names = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.json')) : [];
  return names.flatMap((name) => {
    const file = path.join(directory, name);
    try {
      return [[file, fileShape.parse(JSON.parse(readFileSync(file, 'utf8')))]];
    } catch {
      return [];
    }
  });
}
