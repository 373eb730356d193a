import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { checksumAlgorithms } from './checksums.ts';

const versionSchema = z.strictObject({
  key: z.string(),
  /** Version id and name of the file with the bytes. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  /** Bytes. */
  size: z.number().int().nonnegative(),
  /** MD5 in hex; of an upload in parts, the MD5 of the parts' and how many they were. */
  etag: z.string(),
  /** The one that it was uploaded with. */
  checksum: z.strictObject({
    algorithm: z.enum(checksumAlgorithms),
    /** Base64; of an upload in parts, the checksum of the parts' and how many they were. */
    value: z.string(),
    type: z.enum(['COMPOSITE', 'FULL_OBJECT']),
  }),
  contentType: z.string(),
  lastModified: z.iso.datetime(),
});
const markerSchema = versionSchema.pick({ key: true, id: true, lastModified: true }).extend({
  deleted: z.literal(true),
});
/** A line that takes an earlier one back: that version is gone for good. */
const removalSchema = versionSchema.pick({ key: true, id: true }).extend({ gone: z.literal(true) });
const lineSchema = z.union([versionSchema, markerSchema, removalSchema]);

/** One version of an object. */
export type ObjectVersion = z.infer<typeof versionSchema>;
/** A version that says that the object was deleted; it has no bytes. */
export type DeleteMarker = z.infer<typeof markerSchema>;
export type Entry = ObjectVersion | DeleteMarker;
type Removal = z.infer<typeof removalSchema>;
type Line = Entry | Removal;

/** Bytes on their way in; they are no object before {@link ObjectStore.keep}. */
export interface Staged {
  readonly id: string;
  write(bytes: Buffer): Promise<void>;
  /** Forgets them. Does nothing once they are kept. */
  discard(): Promise<void>;
}

/** The objects of one bucket on disk. */
export interface ObjectStore {
  readonly versioned: boolean;
  /** The newest entry of a key, which may be a delete marker. */
  latest(key: string): Entry | undefined;
  version(key: string, id: string): Entry | undefined;
  /** The newest versions of all objects that are not deleted, in no order. */
  list(): ObjectVersion[];
  /** All versions and delete markers, newest first within their key, the keys in no order. */
  listVersions(): Entry[];
  stage(): Promise<Staged>;
  /** Makes staged bytes the newest version of their key. They are on disk for good when this resolves. */
  keep(staged: Staged, facts: Omit<ObjectVersion, 'id'>): Promise<ObjectVersion>;
  /** Puts a delete marker in a versioned bucket; elsewhere removes the object. */
  remove(key: string, lastModified: string): Promise<DeleteMarker>;
  /** Removes one version, or one delete marker, for good; one that is not there is left so. */
  removeVersion(key: string, id: string): Promise<void>;
  open(version: ObjectVersion): Promise<FileHandle>;
  close(): Promise<void>;
}

export const isDeleted = (entry: Entry): entry is DeleteMarker => 'deleted' in entry;

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Reads the catalogue; a last line that was cut off by a kill was never promised to anyone and is cut away. */
async function readCatalogue(file: string): Promise<{ handle: FileHandle; entries: Line[]; length: number }> {
  const handle = await open(file, 'a+', 0o600);
  try {
    const text = await handle.readFile();
    const length = text.lastIndexOf('\n') + 1;
    if (length < text.length) await handle.truncate(length);
    const entries = text
      .toString('utf8', 0, length)
      .split('\n')
      .filter((line) => line !== '')
      .map((line, i) => {
        const entry = lineSchema.safeParse(parseJson(line));
        if (!entry.success) throw new Error(`${file}, line ${i + 1}: not an entry of the catalogue`);
        return entry.data;
      });
    return { handle, entries, length };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Opens the bucket kept in `directory`, which is made if missing. The bytes of a version lie in a file of
 * random name, so keys may hold any characters; `catalogue.jsonl` records them, one line per put or
 * delete. Bytes are synced and renamed into place before their line is written: a version is there when its
 * line is, and files without one, left by a kill, are removed on opening. One process at a time.
 */
export async function openObjectStore(directory: string, versioned: boolean): Promise<ObjectStore> {
  const incoming = join(directory, 'incoming');
  const versions = join(directory, 'versions');
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  await mkdir(versions, { recursive: true, mode: 0o700 });
  const catalogue = await readCatalogue(join(directory, 'catalogue.jsonl'));
  await syncDirectory(directory);

  const byKey = new Map<string, Entry[]>();
  /** Adds an entry, or takes one away; returns those that are replaced. */
  const remember = (entry: Line): Entry[] => {
    const known = byKey.get(entry.key) ?? [];
    if ('gone' in entry) {
      const left = known.filter(({ id }) => id !== entry.id);
      if (left.length > 0) byKey.set(entry.key, left);
      else byKey.delete(entry.key);
      return known.filter(({ id }) => id === entry.id);
    }
    if (!versioned && isDeleted(entry)) byKey.delete(entry.key);
    else byKey.set(entry.key, versioned ? [...known, entry] : [entry]);
    return versioned ? [] : known;
  };
  for (const entry of catalogue.entries) remember(entry);
  const kept = new Set([...byKey.values()].flat().map((entry) => entry.id));
  for (const name of await readdir(versions)) if (!kept.has(name)) await rm(join(versions, name));

  let length = catalogue.length;
  let last: Promise<unknown> = Promise.resolve();
  /** One line at a time; a line that could not be written whole is taken back. */
  const append = (entry: Line): Promise<void> => {
    const write = async () => {
      const line = Buffer.from(`${JSON.stringify(entry)}\n`);
      try {
        await catalogue.handle.appendFile(line);
        await catalogue.handle.datasync();
      } catch (error) {
        await catalogue.handle.truncate(length);
        throw error;
      }
      length += line.length;
      for (const old of remember(entry)) await rm(join(versions, old.id), { force: true });
    };
    const done = last.then(write);
    last = done.catch(() => {});
    return done;
  };

  const files = new WeakMap<Staged, FileHandle>();
  return {
    versioned,
    latest: (key) => byKey.get(key)?.at(-1),
    version: (key, id) => byKey.get(key)?.find((entry) => entry.id === id),
    list: () =>
      [...byKey.values()]
        .flatMap((entries) => entries.slice(-1))
        .filter((entry): entry is ObjectVersion => !isDeleted(entry)),

    listVersions: () => [...byKey.values()].flatMap((entries) => entries.toReversed()),

    async stage() {
      const id = randomBytes(16).toString('hex');
      const file = join(incoming, id);
      const handle = await open(file, 'wx', 0o600);
      const staged: Staged = {
        id,
        write: (bytes) => handle.appendFile(bytes),
        discard: async () => {
          if (!files.delete(staged)) return;
          await handle.close();
          await rm(file, { force: true });
        },
      };
      files.set(staged, handle);
      return staged;
    },

    async keep(staged, facts) {
      const handle = files.get(staged);
      if (!handle) throw new Error('these bytes were kept or discarded before');
      const version = { ...facts, id: staged.id };
      await handle.sync();
      files.delete(staged);
      await handle.close();
      const file = join(versions, staged.id);
      await rename(join(incoming, staged.id), file);
      try {
        await syncDirectory(versions);
        await append(version);
      } catch (error) {
        await rm(file, { force: true });
        throw error;
      }
      return version;
    },

    async remove(key, lastModified) {
      const marker: DeleteMarker = { key, id: randomBytes(16).toString('hex'), lastModified, deleted: true };
      if (versioned || byKey.has(key)) await append(marker);
      return marker;
    },

    async removeVersion(key, id) {
      if (byKey.get(key)?.some((entry) => entry.id === id)) await append({ key, id, gone: true });
    },

    open: (version) => open(join(versions, version.id), 'r'),

    async close() {
      await last;
      await catalogue.handle.close();
    },
  };
}
