import { ListObjectsV2Command, type ListObjectsV2CommandInput, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucket, startBucket } from '../../../../test-support/s3-bucket.ts';

const keys = [
  'audio/a/001',
  'audio/a/002',
  'audio/b/001',
  'audio/b+c d/é&<>"',
  'audio/😀',
  'audio/\uFF5E',
  'control\u0001',
  'zeta',
];
/** As S3 sorts them: by bytes, so the emoji comes after U+FF5E, unlike in UTF-16. */
const inOrder = [
  'audio/a/001',
  'audio/a/002',
  'audio/b+c d/é&<>"',
  'audio/b/001',
  'audio/\uFF5E',
  'audio/😀',
  'control\u0001',
  'zeta',
];

let stand: Awaited<ReturnType<typeof startBucket>>;
let client: ReturnType<typeof stand.connect>;
beforeAll(async () => {
  stand = await startBucket();
  client = stand.connect();
  for (const Key of keys) await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'xyz' }));
});
afterAll(() => stand.stop());

const list = (input: Partial<ListObjectsV2CommandInput> = {}) =>
  client.send(new ListObjectsV2Command({ Bucket: bucket, ...input }));

async function allPages(input: Partial<ListObjectsV2CommandInput>) {
  const found: (string | undefined)[] = [];
  let token: string | undefined;
  let pages = 0;
  do {
    const answer = await list({ ...input, ...(token ? { ContinuationToken: token } : {}) });
    found.push(...(answer.Contents ?? []).map((one) => one.Key));
    found.push(...(answer.CommonPrefixes ?? []).map((one) => one.Prefix));
    expect(answer.IsTruncated).toBe(answer.NextContinuationToken !== undefined);
    token = answer.NextContinuationToken;
    pages++;
  } while (token);
  return { found, pages };
}

describe('a list', () => {
  it('has every key, in the order of its bytes, with size and MD5', async () => {
    const answer = await list();
    expect(answer.Contents?.map((one) => one.Key)).toEqual(inOrder);
    expect(answer.Contents?.[0]).toMatchObject({ Size: 3, ETag: '"d16fb36f0911f878998c136191af705e"' });
    expect(answer.KeyCount).toBe(keys.length);
  });

  it('has only what begins with the prefix', async () => {
    const answer = await list({ Prefix: 'audio/b+c d/é' });
    expect(answer.Contents?.map((one) => one.Key)).toEqual(['audio/b+c d/é&<>"']);
  });

  it('rolls up what goes on after the delimiter', async () => {
    const answer = await list({ Prefix: 'audio/', Delimiter: '/' });
    expect(answer.Contents?.map((one) => one.Key)).toEqual(['audio/\uFF5E', 'audio/😀']);
    expect(answer.CommonPrefixes?.map((one) => one.Prefix)).toEqual(['audio/a/', 'audio/b+c d/', 'audio/b/']);
  });

  it('comes in pages that leave nothing out and repeat nothing', async () => {
    expect(await allPages({ MaxKeys: 3 })).toEqual({ found: inOrder, pages: 3 });
    expect(await allPages({ MaxKeys: 1, Prefix: 'audio/', Delimiter: '/' })).toEqual({
      found: ['audio/a/', 'audio/b+c d/', 'audio/b/', 'audio/\uFF5E', 'audio/😀'],
      pages: 5,
    });
  });

  it('starts after a given key', async () => {
    const answer = await list({ StartAfter: 'audio/😀' });
    expect(answer.Contents?.map((one) => one.Key)).toEqual(['control\u0001', 'zeta']);
  });

  it('has its names encoded on request, a space as a plus', async () => {
    const answer = await list({ Prefix: 'audio/b+', EncodingType: 'url' });
    expect(answer.Contents?.map((one) => one.Key)).toEqual(['audio/b%2Bc+d/%C3%A9%26%3C%3E%22']);
  });

  it('is refused with a token that no list gave', async () => {
    await expect(list({ ContinuationToken: 'bm9uc2Vuc2U' })).rejects.toMatchObject({
      name: 'InvalidArgument',
    });
  });

  it('needs the right to list', async () => {
    stand.denied.add('s3:ListBucket');
    try {
      await expect(list()).rejects.toMatchObject({ name: 'AccessDenied' });
    } finally {
      stand.denied.clear();
    }
  });
});
