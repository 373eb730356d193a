import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { named, toChirpsmithError } from '../../shared/aws-errors.ts';

/** What a folder of the inbox holds, by the files' own names. */
export interface Folder {
  readonly names: readonly string[];
  /** Not all were listed. */
  readonly more: boolean;
  /** Those that were put there after the moment that was asked for; none unless one was. */
  readonly newer: readonly string[];
}

/** An object that was read. */
export interface ReadObject {
  readonly versionId: string;
  /** When it was put there, ISO. */
  readonly at: string;
  /** Undefined: it is longer than was asked for, and was not read. */
  readonly bytes: Uint8Array | undefined;
}

/** The inbox, as far as manifests need it. Methods throw `StorageUnavailable`, `AccessDenied` or `Unexpected`. */
export interface Inbox {
  /** Is it there? By listing: for what is not there, S3 answers 403 to a caller who may not list the whole bucket. */
  find(key: string): Promise<boolean>;
  /**
   * @param folder key prefix, with its last slash
   * @param most how many names are listed; a thousand cost a call
   * @param after tells the files that were put there after this moment, ISO
   */
  list(folder: string, most: number, after?: string): Promise<Folder>;
  /** The newest version, or undefined when there is none, or another by the time it is read. */
  read(key: string, longest: number): Promise<ReadObject | undefined>;
  write(key: string, json: object): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Names in a page of a listing (documented: at most 1,000). */
const page = 1000;

export function createInbox({ client, bucket }: { client: S3Client; bucket: string }): Inbox {
  return {
    async find(key) {
      // The key itself comes before all that begin with it.
      const command = new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: key,
        MaxKeys: 1,
        EncodingType: 'url',
      });
      const { Contents = [] } = await named(client.send(command));
      return decoded(Contents[0]?.Key ?? '') === key;
    },

    async list(folder, most, after) {
      const names: string[] = [];
      const newer: string[] = [];
      let token: string | undefined;
      for (let listed = 0; listed < most; listed += page) {
        const command = new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: folder,
          Delimiter: '/',
          ContinuationToken: token,
          // Keys may hold characters that XML cannot.
          EncodingType: 'url',
        });
        const { Contents = [], NextContinuationToken } = await named(client.send(command));
        for (const { Key = '', LastModified } of Contents) {
          const name = decoded(Key).slice(folder.length);
          // A folder made in the console is an empty object of its own name.
          if (name === '') continue;
          names.push(name);
          if (after !== undefined && LastModified && LastModified.getTime() > Date.parse(after))
            newer.push(name);
        }
        token = NextContinuationToken;
        if (token === undefined) break;
      }
      return { names, newer, more: token !== undefined };
    },

    async read(key, longest) {
      const where = { Bucket: bucket, Key: key };
      try {
        const head = await client.send(new HeadObjectCommand(where));
        const { ContentLength = 0, ETag, VersionId, LastModified = new Date(0) } = head;
        const about = { versionId: VersionId ?? ETag ?? '', at: LastModified.toISOString() };
        if (ContentLength > longest) return { ...about, bytes: undefined };
        const { Body } = await client.send(new GetObjectCommand({ ...where, IfMatch: ETag }));
        return { ...about, bytes: (await Body?.transformToByteArray()) ?? new Uint8Array() };
      } catch (error) {
        // It is gone; or replaced in between, and the event of that is on its way.
        if (error instanceof Error && /^(NotFound|NoSuchKey|PreconditionFailed)$/.test(error.name))
          return undefined;
        throw toChirpsmithError(error);
      }
    },

    async write(key, json) {
      const Body = `${JSON.stringify(json, undefined, 2)}\n`;
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body,
        ContentType: 'application/json',
      });
      await named(client.send(command));
    },

    async remove(key) {
      await named(client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })));
    },
  };
}

/** As in a form: a plus is a space. */
const decoded = (key: string) => decodeURIComponent(key.replaceAll('+', ' '));
