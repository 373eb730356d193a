import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSessionFiles } from '../../../../functions/storage/session-files.ts';
import { bucket, bucketArn, startBucket } from '../../../../test-support/s3-bucket.ts';

let stand: Awaited<ReturnType<typeof startBucket>>;
let client: S3Client;
beforeAll(async () => {
  stand = await startBucket();
  client = stand.connect();
});
afterAll(() => stand.stop());

const put = (Key: string, Body: string) => client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
const remove = (Key: string, VersionId?: string) =>
  client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
const list = (Prefix: string, MaxKeys?: number) =>
  client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix, MaxKeys }));

describe('the versions of objects', () => {
  it('are listed with the markers of deletions, the newest of a key first', async () => {
    const one = await put('a/1 <é>', 'one');
    const two = await put('a/1 <é>', 'two!');
    const marker = await remove('a/1 <é>');
    const other = await put('a/2', '2');
    await put('b/1', 'elsewhere');
    const { Versions, DeleteMarkers, IsTruncated } = await list('a/');
    expect(Versions?.map(({ Key, VersionId, Size, IsLatest }) => [Key, VersionId, Size, IsLatest])).toEqual([
      ['a/1 <é>', two.VersionId, 4, false],
      ['a/1 <é>', one.VersionId, 3, false],
      ['a/2', other.VersionId, 1, true],
    ]);
    expect(DeleteMarkers).toMatchObject([{ Key: 'a/1 <é>', VersionId: marker.VersionId, IsLatest: true }]);
    expect(IsTruncated).toBe(false);
    expect(await list('a/', 2)).toMatchObject({ IsTruncated: true, NextKeyMarker: 'a/1 <é>' });
  });

  it('are deleted one by one, for good; what was behind the newest is the newest again, after a restart, too', async () => {
    const first = await put('c', 'first');
    const second = await put('c', 'second');
    const read = async () =>
      (await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'c' }))).Body?.transformToString();
    expect(await remove('c', second.VersionId)).toMatchObject({ VersionId: second.VersionId });
    expect(await read()).toBe('first');
    await stand.restart();
    client = stand.connect();
    expect(await read()).toBe('first');
    const gone = client.send(new GetObjectCommand({ Bucket: bucket, Key: 'c', VersionId: second.VersionId }));
    await expect(gone).rejects.toMatchObject({ name: 'NoSuchVersion' });
    await remove('c', first.VersionId);
    // What is not there is deleted already.
    await remove('c', first.VersionId);
    expect(await list('c')).not.toHaveProperty('Versions');
  });

  it('take the permission for versions', async () => {
    const { VersionId } = await put('d', 'x');
    await remove('d', VersionId);
    await list('d');
    expect(stand.asked.slice(-2)).toEqual([
      `s3:DeleteObjectVersion ${bucketArn}/d`,
      `s3:ListBucketVersions ${bucketArn}`,
    ]);
  });
});

describe('the files of a session', () => {
  it('are deleted in all their versions, a thousand in a request, and no other object loses one', async () => {
    for (const key of ['audio/mine/001', 'audio/mine/001', 'audio/mine/002', 'audio/mine2/001', 'inbox/x']) {
      await put(key, key);
    }
    await remove('audio/mine/002');
    const files = createSessionFiles({ client, bucket });
    expect(await files.deleteSome('mine')).toBe(4);
    expect(await files.deleteSome('mine')).toBe(0);
    const left = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'audio/' }));
    expect(left.Contents?.map(({ Key }) => Key)).toEqual(['audio/mine2/001']);
    expect(await list('audio/mine/')).not.toHaveProperty('DeleteMarkers');
  });
});

describe('DeleteObjects', () => {
  const several = (Objects: { Key: string; VersionId?: string }[]) =>
    client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));

  it('removes versions for good, puts markers, and says which', async () => {
    const { VersionId = '' } = await put('many/a & <b>', 'x');
    await put('many/c', 'x');
    const { Deleted, Errors } = await several([{ Key: 'many/a & <b>', VersionId }, { Key: 'many/c' }]);
    expect(Deleted).toEqual([{ Key: 'many/a & <b>', VersionId }, { Key: 'many/c' }]);
    expect(Errors).toBeUndefined();
    const left = await list('many/');
    expect(left.Versions?.map(({ Key }) => Key)).toEqual(['many/c']);
    expect(left.DeleteMarkers?.map(({ Key }) => Key)).toEqual(['many/c']);
  });

  it('reports what may not be deleted beside the rest, and the files of a session are not taken for gone', async () => {
    const { VersionId = '' } = await put('audio/kept/001', 'x');
    stand.denied.add('s3:DeleteObjectVersion');
    try {
      const { Errors } = await several([{ Key: 'audio/kept/001', VersionId }]);
      expect(Errors).toMatchObject([{ Key: 'audio/kept/001', VersionId, Code: 'AccessDenied' }]);
      const deleted = createSessionFiles({ client, bucket }).deleteSome('kept');
      await expect(deleted).rejects.toMatchObject({
        name: 'AccessDenied',
        message: expect.stringContaining('audio/kept/001 was not deleted'),
      });
    } finally {
      stand.denied.clear();
    }
  });

  it('takes at most a thousand objects', async () => {
    const Objects = Array.from({ length: 1001 }, (_, index) => ({ Key: `k${index}` }));
    await expect(several(Objects)).rejects.toMatchObject({ name: 'MalformedXML' });
  });
});
