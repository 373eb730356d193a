import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { checksumAlgorithms } from './checksums.ts';

const partSchema = z.strictObject({
  number: z.number().int().min(1).max(10_000),
  /** Name of the file with the bytes. */
  file: z.string().regex(/^[0-9a-f]{32}$/),
  /** Bytes. */
  size: z.number().int().nonnegative(),
  /** Hex. */
  md5: z.string(),
  /** Base64. */
  checksum: z.string(),
  lastModified: z.iso.datetime(),
});

const uploadSchema = z.strictObject({
  uploadId: z.string().regex(/^[0-9a-f]{32}$/),
  key: z.string(),
  contentType: z.string(),
  algorithm: z.enum(checksumAlgorithms),
  /** Whether the uploader named the algorithm: each part must have its checksum then. */
  named: z.boolean(),
  type: z.enum(['COMPOSITE', 'FULL_OBJECT']),
  initiated: z.iso.datetime(),
});

/** A part that came in whole. */
export type Part = z.infer<typeof partSchema>;
/** An upload in parts that is neither complete nor aborted. */
export type PendingUpload = z.infer<typeof uploadSchema>;

/** Bytes of a part on their way in. */
export interface StagedPart {
  write(bytes: Buffer): Promise<void>;
  /** Makes them the part of its number. */
  keep(facts: Omit<Part, 'file'>): Promise<Part>;
  /** Forgets them, unless they are kept. */
  discard(): Promise<void>;
}

/** The uploads in parts of one bucket, on disk: a restart loses none. */
export interface MultipartStore {
  create(facts: Omit<PendingUpload, 'uploadId'>): Promise<PendingUpload>;
  find(key: string, uploadId: string): PendingUpload | undefined;
  list(): PendingUpload[];
  /** In the order of their numbers. */
  parts(uploadId: string): Part[];
  stage(uploadId: string): Promise<StagedPart>;
  /** Where the bytes of a part are. */
  pathOf(uploadId: string, part: Part): string;
  remove(uploadId: string): Promise<void>;
}

const uploadFile = 'upload.json';

/**
 * Opens the uploads kept in `directory`, which is made if missing. Each has a folder: `upload.json`, and for each part
 * its bytes under a random name and `<number>.json`, which names them. A part is there when that file is.
 */
export async function openMultipartStore(directory: string): Promise<MultipartStore> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const uploads = new Map<string, { upload: PendingUpload; parts: Map<number, Part> }>();
  for (const id of await readdir(directory)) {
    const folder = join(directory, id);
    const names = await readdir(folder);
    // A kill came before the folder's upload file was written: no client knows this upload.
    if (!names.includes(uploadFile)) await rm(folder, { recursive: true });
    else {
      const read = async (name: string): Promise<unknown> =>
        JSON.parse(await readFile(join(folder, name), 'utf8'));
      const parts = new Map<number, Part>();
      for (const name of names.filter((one) => /^\d+\.json$/.test(one))) {
        const part = partSchema.parse(await read(name));
        parts.set(part.number, part);
      }
      uploads.set(id, { upload: uploadSchema.parse(await read(uploadFile)), parts });
    }
  }

  /** Whole or not at all, though a kill may come at any moment. */
  const put = async (folder: string, name: string, content: object) => {
    const temporary = join(folder, `${randomBytes(8).toString('hex')}.tmp`);
    await writeFile(temporary, JSON.stringify(content), { mode: 0o600, flush: true });
    await rename(temporary, join(folder, name));
  };
  const at = (uploadId: string) => {
    const found = uploads.get(uploadId);
    if (!found) throw new Error('This upload is complete or aborted.');
    return found;
  };

  return {
    async create(facts) {
      const upload = { uploadId: randomBytes(16).toString('hex'), ...facts };
      const folder = join(directory, upload.uploadId);
      await mkdir(folder, { mode: 0o700 });
      await put(folder, uploadFile, upload);
      uploads.set(upload.uploadId, { upload, parts: new Map() });
      return upload;
    },
    find(key, uploadId) {
      const upload = uploads.get(uploadId)?.upload;
      return upload?.key === key ? upload : undefined;
    },
    list: () => [...uploads.values()].map(({ upload }) => upload),
    parts: (uploadId) => [...at(uploadId).parts.values()].sort((a, b) => a.number - b.number),
    pathOf: (uploadId, { file }) => join(directory, uploadId, file),

    async stage(uploadId) {
      const file = randomBytes(16).toString('hex');
      const folder = join(directory, uploadId);
      const handle = await open(join(folder, file), 'wx', 0o600);
      let isOpen = true;
      const close = async () => {
        if (isOpen) await handle.close();
        isOpen = false;
      };
      return {
        write: (bytes) => handle.appendFile(bytes),
        async keep(facts) {
          await handle.sync();
          await close();
          const { parts } = at(uploadId);
          const part = { ...facts, file };
          await put(folder, `${part.number}.json`, part);
          const before = parts.get(part.number);
          parts.set(part.number, part);
          if (before) await rm(join(folder, before.file), { force: true });
          return part;
        },
        async discard() {
          if (!isOpen) return;
          await close();
          await rm(join(folder, file), { force: true });
        },
      };
    },

    async remove(uploadId) {
      uploads.delete(uploadId);
      await rm(join(directory, uploadId), { recursive: true, force: true });
    },
  };
}
