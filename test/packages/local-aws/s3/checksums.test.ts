import { randomBytes } from 'node:crypto';
import {
  type ChecksumAlgorithm,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checksumAlgorithms, runningDigest } from '../../../../packages/local-aws/s3/checksums.ts';
import { bucket, startBucket } from '../../../../test-support/s3-bucket.ts';

describe('a checksum', () => {
  // The check values of the catalogues: of the digits 1 to 9.
  it.each([
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
    ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['SHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
    ['MD5', '25f9e794323b453885f5181f1b624d0b'],
  ] as const)('%s of the digits 1 to 9 is %s, in one piece or several', (algorithm, expected) => {
    for (const pieces of [['123456789'], ['1234', '', '56789']]) {
      const digest = runningDigest(algorithm);
      for (const piece of pieces) digest.update(Buffer.from(piece));
      expect(digest.digest().toString('hex')).toBe(expected);
    }
  });
});

describe('an object', () => {
  let stand: Awaited<ReturnType<typeof startBucket>>;
  let client: S3Client;
  beforeAll(async () => {
    stand = await startBucket();
    client = stand.connect();
  });
  afterAll(() => stand.stop());

  const bytes = randomBytes(100_000);
  const put = (Key: string, ChecksumAlgorithm?: ChecksumAlgorithm) =>
    client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: bytes, ChecksumAlgorithm }));
  const head = (Key: string) =>
    client.send(new HeadObjectCommand({ Bucket: bucket, Key, ChecksumMode: 'ENABLED' }));

  it.each(checksumAlgorithms)('is known by the checksum that it was uploaded with: %s', async (algorithm) => {
    await put(algorithm, algorithm);
    const digest = runningDigest(algorithm);
    digest.update(bytes);
    const found = await head(algorithm);
    expect(found[`Checksum${algorithm}`]).toBe(digest.digest().toString('base64'));
    expect(found.ChecksumType).toBe('FULL_OBJECT');
    const others = checksumAlgorithms.filter((one) => one !== algorithm);
    expect(others.map((one) => found[`Checksum${one}`])).toEqual(others.map(() => undefined));
    // The client holds it against what it reads.
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: algorithm }));
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
  });

  it('without one is known by its CRC-64, as S3 does it', async () => {
    const plain = stand.connect({ requestChecksumCalculation: 'WHEN_REQUIRED' });
    await plain.send(new PutObjectCommand({ Bucket: bucket, Key: 'plain', Body: bytes }));
    expect((await head('plain')).ChecksumCRC64NVME).toBeDefined();
  });
});
