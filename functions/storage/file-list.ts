import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { audioFolder } from '../domain/object-keys.ts';
import { named } from '../shared/aws-errors.ts';

const fileListSchema = z.strictObject({
  /** Key prefix of all of them, with its last slash. */
  folder: z.string(),
  /** Their names within it, in their order. */
  files: z.array(z.string()),
});

/** The files of a batch: more names than the 256 KiB that an execution takes as its input. */
export type FileList = Readonly<z.infer<typeof fileListSchema>>;

/**
 * Lists of files in the bucket. A list is written once and never changed, so every reader of a key gets the
 * same files each time. Methods throw `StorageUnavailable`, `AccessDenied` or `Unexpected`.
 */
export interface FileLists {
  /** Writes a list beside the audio of its session, with which it is deleted; gives its key, which its content makes. */
  write(sessionId: string, list: FileList): Promise<string>;
  read(key: string): Promise<FileList>;
}

export function createFileLists({ client, bucket: Bucket }: { client: S3Client; bucket: string }): FileLists {
  return {
    async write(sessionId, list) {
      const Body = JSON.stringify(list);
      const Key = `${audioFolder(sessionId)}files.${createHash('sha256').update(Body).digest('hex')}.json`;
      const put = new PutObjectCommand({ Bucket, Key, Body, ContentType: 'application/json' });
      await named(client.send(put));
      return Key;
    },
    async read(Key) {
      const { Body } = await named(client.send(new GetObjectCommand({ Bucket, Key })));
      return fileListSchema.parse(JSON.parse((await Body?.transformToString()) ?? ''));
    },
  };
}
