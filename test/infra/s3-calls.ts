import type * as s3 from '@aws-sdk/client-s3';

/** What a server answers. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const bucket = 'audio';
const Key = 'sessions/s 1/ü.mp3';
export const at = { Bucket: bucket, Key };
export const upload = { ...at, UploadId: 'u' };
const text = { Body: '{"a":1}', ContentType: 'application/json' };

/** Each call of S3 that a function makes, with an answer that fills what it reads. */
export const s3Calls: Readonly<Record<string, [(sdk: typeof s3) => unknown, Answer?]>> = {
  HeadObject: [
    ({ HeadObjectCommand }) => new HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' }),
    {
      headers: {
        'content-length': '7',
        etag: '"e"',
        'last-modified': 'Wed, 21 Oct 2026 07:28:00 GMT',
        'x-amz-version-id': 'v',
        'x-amz-checksum-sha256': 'AAA=',
        'x-amz-checksum-type': 'FULL_OBJECT',
        'x-amz-meta-a': 'b',
        expires: 'never',
      },
    },
  ],
  'HeadObject, with dates': [
    ({ HeadObjectCommand }) =>
      new HeadObjectCommand({ ...at, IfModifiedSince: new Date('2026-01-02T03:04:05Z') }),
    {
      headers: { expires: 'Fri, 02 Jan 2026 03:04:05 GMT', 'last-modified': 'Thu, 01 Oct 2026 07:28:00 GMT' },
    },
  ],
  GetObject: [
    ({ GetObjectCommand }) =>
      new GetObjectCommand({ ...at, Range: 'bytes=0-6', VersionId: 'v', IfMatch: '"e"' }),
    { headers: { 'content-length': '7', 'content-range': 'bytes 0-6/9' }, body: 'tones..' },
  ],
  ...Object.fromEntries(
    [
      ['crc64nvme', 'rosUhgp5mIg='],
      ['crc32c', '4waSgw=='],
      ['crc32', 'y/Q5Jg=='],
      ['sha1', '98O8HYCOBHMq32eZZczDTKeuNEE='],
      ['sha256', 'FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU='],
      ['sha256', 'wrong'],
    ].map(([name = '', checksum = '']) => [
      `GetObject, with ${name} ${checksum}`,
      [
        ({ GetObjectCommand }: typeof s3) => new GetObjectCommand(at),
        { headers: { [`x-amz-checksum-${name}`]: checksum }, body: '123456789' },
      ],
    ]),
  ),
  PutObject: [
    ({ PutObjectCommand }) => new PutObjectCommand({ ...at, ...text }),
    { headers: { etag: '"e"' } },
  ],
  'PutObject, of bytes': [
    ({ PutObjectCommand }) => new PutObjectCommand({ ...at, Body: new Uint8Array(3_000_000) }),
    { headers: { 'x-amz-version-id': 'v' } },
  ],
  DeleteObject: [({ DeleteObjectCommand }) => new DeleteObjectCommand(at), { status: 204 }],
  DeleteObjects: [
    ({ DeleteObjectsCommand }) =>
      new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Objects: [{ Key, VersionId: 'v' }], Quiet: true },
      }),
    {
      body: '<DeleteResult><Error><Key>k</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>',
    },
  ],
  ListObjectsV2: [
    ({ ListObjectsV2Command }) =>
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: 'a/',
        Delimiter: '/',
        EncodingType: 'url',
        MaxKeys: 1,
      }),
    {
      body:
        '<ListBucketResult><Contents><Key>a%2Fb&amp;c</Key><Size>3</Size><LastModified>2026-10-21T07:28:00.000Z' +
        '</LastModified></Contents><NextContinuationToken>t</NextContinuationToken></ListBucketResult>',
    },
  ],
  ListObjectVersions: [
    ({ ListObjectVersionsCommand }) => new ListObjectVersionsCommand({ Bucket: bucket, Prefix: 'a/' }),
    {
      body:
        '<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker><Version><Key>a</Key>' +
        '<VersionId>v</VersionId></Version><DeleteMarker><Key>b</Key><VersionId>w</VersionId></DeleteMarker></ListVersionsResult>',
    },
  ],
  CopyObject: [
    ({ CopyObjectCommand }) =>
      new CopyObjectCommand({ ...at, CopySource: 'audio/a?versionId=v', MetadataDirective: 'REPLACE' }),
    { headers: { 'x-amz-version-id': 'v' }, body: '<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>' },
  ],
  'CopyObject, which fails after 200': [
    ({ CopyObjectCommand }) => new CopyObjectCommand({ ...at, CopySource: 'audio/a' }),
    { body: '<Error><Code>InternalError</Code><Message>Try again.</Message></Error>' },
  ],
  CreateMultipartUpload: [
    ({ CreateMultipartUploadCommand }) =>
      new CreateMultipartUploadCommand({ ...at, ChecksumAlgorithm: 'SHA256', ChecksumType: 'COMPOSITE' }),
    { body: '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>' },
  ],
  ListParts: [
    ({ ListPartsCommand }) => new ListPartsCommand({ ...upload, PartNumberMarker: '1' }),
    {
      body:
        '<ListPartsResult><Part><PartNumber>2</PartNumber><ETag>"e"</ETag><Size>5</Size><ChecksumSHA256>AAA=' +
        '</ChecksumSHA256></Part><IsTruncated>false</IsTruncated></ListPartsResult>',
    },
  ],
  CompleteMultipartUpload: [
    ({ CompleteMultipartUploadCommand }) =>
      new CompleteMultipartUploadCommand({
        ...upload,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag: '"e"', ChecksumSHA256: 'AAA=' }] },
      }),
    { body: '<CompleteMultipartUploadResult><ETag>"f"</ETag></CompleteMultipartUploadResult>' },
  ],
  AbortMultipartUpload: [({ AbortMultipartUploadCommand }) => new AbortMultipartUploadCommand(upload)],
  'GetObject, throttled until a date': [
    ({ GetObjectCommand }) => new GetObjectCommand(at),
    { status: 503, headers: { 'retry-after': 'Fri, 02 Jan 2026 03:04:05 GMT' } },
  ],
  'HeadObject, of nothing': [({ HeadObjectCommand }) => new HeadObjectCommand(at), { status: 404 }],
  'HeadObject, refused': [({ HeadObjectCommand }) => new HeadObjectCommand(at), { status: 403 }],
  'GetObject, through a page': [
    ({ GetObjectCommand }) => new GetObjectCommand(at),
    { status: 502, headers: { 'content-type': 'text/html' }, body: '<html><p>Bad gateway</html>' },
  ],
  ...Object.fromEntries(
    (
      [
        ['NoSuchKey', 404],
        ['NoSuchUpload', 404],
        ['NoSuchBucket', 404],
        ['AccessDenied', 403],
        ['ExpiredToken', 400],
        ['PermanentRedirect', 301],
        ['PreconditionFailed', 412],
        ['RequestTimeTooSkewed', 403],
        ['SlowDown', 503],
      ] as const
    ).map(([code, status]) => [
      `GetObject, answered by ${code}`,
      [
        ({ GetObjectCommand }: typeof s3) => new GetObjectCommand(at),
        {
          status,
          // An answer of another time has each error tried again.
          ...(code === 'RequestTimeTooSkewed' && { headers: { date: 'Wed, 21 Oct 2020 07:28:00 GMT' } }),
          body: `<Error><Code>${code}</Code><Message>It is so.</Message><RequestId>r</RequestId></Error>`,
        },
      ],
    ]),
  ),
};
