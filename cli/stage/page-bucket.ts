import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { PageFile } from '../../web/build/page-files.ts';

/** Puts the files of the page into its bucket; what names the others comes last, so that nobody finds half a page. */
export async function putPage(
  region: string,
  bucket: string,
  files: ReadonlyMap<string, PageFile>,
): Promise<void> {
  const client = new S3Client({ region });
  const isLast = (key: string) => !key.startsWith('assets/');
  const ordered = [...files].sort(([a], [b]) => Number(isLast(a)) - Number(isLast(b)));
  for (const [key, { body, contentType, cacheControl }] of ordered) {
    const about = { ContentType: contentType, CacheControl: cacheControl };
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ...about }));
  }
}

/** Deletes a bucket with all that is in it. */
export async function deletePage(region: string, bucket: string): Promise<void> {
  const client = new S3Client({ region });
  for (;;) {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    const keys = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]));
    if (keys.length === 0) break;
    const { Errors = [] } = await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys } }),
    );
    const [first] = Errors;
    if (first) throw new Error(`${first.Key}: ${first.Message}`);
  }
  await client.send(new DeleteBucketCommand({ Bucket: bucket }));
}
