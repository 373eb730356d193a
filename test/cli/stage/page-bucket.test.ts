import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { deletePage, putPage } from '../../../cli/stage/page-bucket.ts';

const s3 = mockClient(S3Client);
beforeEach(() => s3.reset());
// Test files share a process.
afterAll(() => s3.restore());

describe('the bucket of the page', () => {
  it('gets what others name first, each file with its type and how long a browser keeps it', async () => {
    const file = (name: string) =>
      [name, { body: Buffer.from(name), contentType: 't', cacheControl: 'c' }] as const;
    await putPage('eu-central-1', 'page', new Map(['index.html', 'config.json', 'assets/a.js'].map(file)));
    const inputs = s3.commandCalls(PutObjectCommand).map(({ args: [{ input }] }) => input);
    expect(inputs.map(({ Key }) => Key)).toEqual(['assets/a.js', 'index.html', 'config.json']);
    expect(inputs[0]).toMatchObject({ Bucket: 'page', ContentType: 't', CacheControl: 'c' });
  });

  it('is emptied page by page, and deleted then', async () => {
    s3.on(ListObjectsV2Command)
      .resolvesOnce({ Contents: [{ Key: 'a' }] })
      .resolvesOnce({ Contents: [{ Key: 'b' }] })
      .resolves({});
    s3.on(DeleteObjectsCommand).resolves({});
    await deletePage('eu-central-1', 'page');
    const deleted = s3
      .commandCalls(DeleteObjectsCommand)
      .map(({ args: [{ input }] }) => input.Delete?.Objects);
    expect(deleted).toEqual([[{ Key: 'a' }], [{ Key: 'b' }]]);
    expect(s3.commandCalls(DeleteBucketCommand)).toHaveLength(1);
  });

  it('stays where one of its files cannot be deleted, which is named', async () => {
    s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'a' }] });
    s3.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: 'a', Message: 'Access Denied' }] });
    await expect(deletePage('eu-central-1', 'page')).rejects.toThrow('a: Access Denied');
    expect(s3.commandCalls(DeleteBucketCommand)).toHaveLength(0);
  });
});
