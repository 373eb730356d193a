import { randomBytes } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runningDigest } from '../../../../packages/local-aws/s3/checksums.ts';
import { bucket, bucketArn, sha256, startBucket } from '../../../../test-support/s3-bucket.ts';

let stand: Awaited<ReturnType<typeof startBucket>>;
let client: S3Client;
beforeAll(async () => {
  stand = await startBucket({ eventBridge: true });
  client = stand.connect();
});
afterAll(() => stand.stop());

const least = 5 * 1024 * 1024;
const bytes = randomBytes(least + 1000);
const pieces = [bytes.subarray(0, least), bytes.subarray(least)];

const begin = async (Key: string, more: Partial<CreateMultipartUploadCommandInput> = {}) => {
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({
      Bucket: bucket,
      Key,
      ContentType: 'audio/wav',
      ChecksumAlgorithm: 'CRC32',
      ...more,
    }),
  );
  return { Bucket: bucket, Key, UploadId };
};
type Upload = Awaited<ReturnType<typeof begin>>;

const part = async (upload: Upload, PartNumber: number, Body: Buffer, more = {}): Promise<CompletedPart> => {
  const sent = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body, ...more }));
  const { ETag, ChecksumCRC32, ChecksumCRC64NVME, ChecksumSHA256 } = sent;
  return { PartNumber, ETag, ChecksumCRC32, ChecksumCRC64NVME, ChecksumSHA256 };
};
const complete = (upload: Upload, Parts: CompletedPart[]) =>
  client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
const read = async (Key: string) => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};
const head = (Key: string) =>
  client.send(new HeadObjectCommand({ Bucket: bucket, Key, ChecksumMode: 'ENABLED' }));

describe('an upload in parts', () => {
  it.each([
    ['CRC32', 'COMPOSITE'],
    ['CRC64NVME', 'FULL_OBJECT'],
    ['SHA256', 'COMPOSITE'],
  ] as const)('with %s makes one object, with a %s checksum and an event', async (algorithm, type) => {
    const options = { ChecksumAlgorithm: algorithm };
    const upload = await begin(`whole-${algorithm}`, options);
    const parts = [];
    for (const [index, piece] of pieces.entries()) parts.push(await part(upload, index + 1, piece, options));
    await complete(upload, parts);

    expect((await read(upload.Key)).equals(bytes)).toBe(true);
    const found = await head(upload.Key);
    const whole = runningDigest(algorithm);
    const ofParts = runningDigest(algorithm);
    whole.update(bytes);
    for (const piece of pieces) {
      const one = runningDigest(algorithm);
      one.update(piece);
      ofParts.update(one.digest());
    }
    const expected = {
      FULL_OBJECT: whole.digest().toString('base64'),
      COMPOSITE: `${ofParts.digest().toString('base64')}-2`,
    };
    expect(found).toMatchObject({
      ContentType: 'audio/wav',
      ChecksumType: type,
      ContentLength: bytes.length,
    });
    expect(found[`Checksum${algorithm}`]).toBe(expected[type]);
    expect(found.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    expect(stand.events.at(-1)?.detail).toMatchObject({
      reason: 'CompleteMultipartUpload',
      object: { key: upload.Key },
    });
  });

  it('is no object before it is complete, and goes on after a restart where it stopped', async () => {
    const upload = await begin('stopped');
    const [one, two] = [await part(upload, 1, pieces[0] ?? bytes), pieces[1] ?? bytes];
    await part(upload, 2, Buffer.from('too little, sent again below'));
    await stand.restart();
    client = stand.connect();
    await expect(head('stopped')).rejects.toMatchObject({ name: 'NotFound' });
    const listed = await client.send(new ListPartsCommand(upload));
    expect(listed.Parts).toMatchObject([
      { PartNumber: 1, Size: least, ETag: one.ETag, ChecksumCRC32: one.ChecksumCRC32 },
      { PartNumber: 2, Size: 28 },
    ]);
    await complete(upload, [one, await part(upload, 2, two)]);
    expect((await read('stopped')).equals(bytes)).toBe(true);
    await expect(client.send(new ListPartsCommand(upload))).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  it('lists its parts page by page', async () => {
    const upload = await begin('pages');
    for (const number of [5, 2, 9]) await part(upload, number, Buffer.from('x'));
    const first = await client.send(new ListPartsCommand({ ...upload, MaxParts: 2 }));
    expect(first.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([2, 5]);
    expect(first).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '5' });
    const rest = await client.send(new ListPartsCommand({ ...upload, PartNumberMarker: '5' }));
    expect(rest.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([9]);
    expect(rest.IsTruncated).toBe(false);
  });

  it('that is aborted is gone with its parts', async () => {
    const upload = await begin('aborted');
    await part(upload, 1, Buffer.from('x'));
    const pending = async () => {
      const list = new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: 'aborted' });
      return ((await client.send(list)).Uploads ?? []).map(({ UploadId }) => UploadId);
    };
    expect(await pending()).toEqual([upload.UploadId]);
    await client.send(new AbortMultipartUploadCommand(upload));
    expect(await pending()).toEqual([]);
    await expect(part(upload, 2, Buffer.from('x'))).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  const xOf = (text: string) => Buffer.from(text);
  it.each<[string, string, (upload: Upload) => Promise<unknown>]>([
    [
      'a part that is too small',
      'EntityTooSmall',
      async (upload) => complete(upload, [await part(upload, 1, xOf('a')), await part(upload, 2, xOf('b'))]),
    ],
    [
      'parts in another order',
      'InvalidPartOrder',
      async (upload) => complete(upload, [await part(upload, 2, xOf('a')), await part(upload, 1, xOf('b'))]),
    ],
    [
      'a part that is not there',
      'InvalidPart',
      async (upload) => complete(upload, [{ ...(await part(upload, 1, xOf('a'))), PartNumber: 2 }]),
    ],
    [
      'another ETag',
      'InvalidPart',
      async (upload) => complete(upload, [{ ...(await part(upload, 1, xOf('a'))), ETag: '"0"' }]),
    ],
    [
      'a part with another checksum than the upload',
      'InvalidRequest',
      (upload) => part(upload, 1, xOf('a'), { ChecksumAlgorithm: 'CRC32' }),
    ],
    [
      'a part with a checksum where the upload was begun without one',
      'InvalidRequest',
      async ({ Key }) => part(await begin(Key, { ChecksumAlgorithm: undefined }), 1, xOf('a')),
    ],
    [
      'a part of other bytes than its checksum',
      'BadDigest',
      (upload) => part(upload, 1, xOf('a'), { ChecksumSHA256: sha256('b', 'base64') }),
    ],
    [
      'parts without their checksums',
      'InvalidRequest',
      async (upload) => {
        const { ETag, PartNumber } = await part(upload, 1, xOf('a'), { ChecksumAlgorithm: 'SHA256' });
        return complete(upload, [{ ETag, PartNumber }]);
      },
    ],
  ])('is not completed with %s: %s', async (what, name, work) => {
    const algorithm = name === 'InvalidRequest' || name === 'BadDigest' ? 'SHA256' : 'CRC32';
    const upload = await begin(`wrong ${what}`, { ChecksumAlgorithm: algorithm });
    await expect(work(upload)).rejects.toMatchObject({ name });
    await expect(head(upload.Key)).rejects.toMatchObject({ name: 'NotFound' });
  });

  it.each([
    ['s3:PutObject', (upload: Upload) => part(upload, 1, xOf('a'))],
    ['s3:ListMultipartUploadParts', (upload: Upload) => client.send(new ListPartsCommand(upload))],
    ['s3:AbortMultipartUpload', (upload: Upload) => client.send(new AbortMultipartUploadCommand(upload))],
  ])('needs %s', async (action, work) => {
    const upload = await begin('needs');
    stand.denied.add(action);
    await expect(work(upload)).rejects.toMatchObject({ name: 'AccessDenied' });
    stand.denied.clear();
    expect(stand.asked).toContain(`${action} ${bucketArn}/needs`);
  });
});

describe('a copy', () => {
  const source = (key: string) => `${bucket}/${encodeURIComponent(key)}`;

  it('is the object under another key, of the version that is named, as one whole', async () => {
    const Key = 'from é + #';
    const first = await client.send(
      new PutObjectCommand({ Bucket: bucket, Key, Body: 'one', ContentType: 'audio/flac' }),
    );
    await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'two' }));
    const CopySource = `${source(Key)}?versionId=${first.VersionId}`;
    const copied = await client.send(new CopyObjectCommand({ Bucket: bucket, Key: 'to', CopySource }));
    expect(copied.CopySourceVersionId).toBe(first.VersionId);
    expect((await read('to')).toString()).toBe('one');
    expect(await head('to')).toMatchObject({ ContentType: 'audio/flac', VersionId: copied.VersionId });
    expect(stand.events.at(-1)?.detail).toMatchObject({ reason: 'CopyObject', object: { key: 'to' } });
  });

  it('in parts has the bytes of each range', async () => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'long', Body: bytes }));
    const upload = await begin('copied in parts');
    const Parts = [];
    for (const [index, first] of [0, least].entries()) {
      const last = index === 0 ? least - 1 : bytes.length - 1;
      const { CopyPartResult } = await client.send(
        new UploadPartCopyCommand({
          ...upload,
          PartNumber: index + 1,
          CopySource: source('long'),
          CopySourceRange: `bytes=${first}-${last}`,
        }),
      );
      const { ETag, ChecksumCRC32 } = CopyPartResult ?? {};
      Parts.push({ PartNumber: index + 1, ETag, ChecksumCRC32 });
    }
    await complete(upload, Parts);
    expect((await read(upload.Key)).equals(bytes)).toBe(true);
  });

  it('needs to read the one and to write the other', async () => {
    const copy = new CopyObjectCommand({ Bucket: bucket, Key: 'denied', CopySource: source('to') });
    for (const action of ['s3:GetObject', 's3:PutObject']) {
      stand.denied.add(action);
      await expect(client.send(copy)).rejects.toMatchObject({ name: 'AccessDenied' });
      stand.denied.clear();
    }
  });

  it('of what is not there, or lies elsewhere, is refused', async () => {
    const copy = (CopySource: string) =>
      client.send(new CopyObjectCommand({ Bucket: bucket, Key: 'never', CopySource }));
    await expect(copy(source('nothing'))).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(copy('elsewhere/to')).rejects.toMatchObject({ name: 'NotImplemented' });
  });

  it('finds no tags on the object, as the command line asks before it copies in parts', async () => {
    const tags = await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: 'to' }));
    expect(tags.TagSet).toEqual([]);
  });
});
