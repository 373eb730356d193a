import type { IncomingMessage } from 'node:http';
import { ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { bucket, credentials, region } from '../../../test-support/s3-bucket.ts';
import {
  asPerson,
  type Bucket,
  bucketBehindFront,
  type Fault,
  openWay,
  s3Error,
} from './bucket-behind-front.ts';
import { checkedBucket } from './checked-bucket.ts';

const { place, said } = checkedBucket();
const leftAt = async ({ behind }: Bucket) => {
  const client = behind.connect();
  const [objects, uploads] = [
    new ListObjectsV2Command({ Bucket: bucket }),
    new ListMultipartUploadsCommand({ Bucket: bucket }),
  ];
  return { ...(await client.send(objects)), ...(await client.send(uploads)) };
};
/** What is said of a probe that stays. */
const staysWords = /To be deleted by you: s3:\/\/audio\/music\/of mine\/chirpsmith-probe-\w+\.txt/;
const isSigned = (url = '') => url.includes('X-Amz-Signature=');

describe('a bucket that can be used', () => {
  it('passes: a probe goes there, comes back by a signed link, and is deleted', async () => {
    const way = await openWay(place(), {});
    expect(await way.check(new AbortController().signal)).toBeUndefined();
    expect(way.note?.()).toBeUndefined();
    await way.close();
    const probe = /chirpsmith-probe-[0-9a-f]{12}\.txt/;
    const lines = place()
      .requests()
      .map((line) => line.replace(probe, 'probe').replace('/audio/music/of%20mine', ''));
    expect(lines).toEqual([
      'GET /probe',
      'PUT /probe',
      'GET /probe',
      'GET /probe',
      'POST /probe.parts?uploads',
      'DELETE /probe.parts?uploadId',
      'GET /probe.parts?uploadId',
      'DELETE /probe',
    ]);
  });

  it('needs no permission but for objects below the prefix', async () => {
    place().behind.asked.length = 0;
    await said();
    const actions = new Set(place().behind.asked.map((line) => line.split(' ')[0]));
    expect([...actions].sort()).toEqual([
      's3:AbortMultipartUpload',
      's3:DeleteObject',
      's3:GetObject',
      's3:ListMultipartUploadParts',
      's3:PutObject',
    ]);
    for (const line of place().behind.asked) expect(line).toContain(' arn:aws:s3:::audio/music/of mine/');
  });

  it('passes with --keep-audio where nothing may be deleted', async () => {
    place().behind.denied.add('s3:DeleteObject');
    const way = await openWay(place(), {}, { keep: true });
    expect(await way.check(new AbortController().signal)).toBeUndefined();
    expect(way.note?.()).toMatch(staysWords);
    await way.close();
  });

  it.each<[string, (request: IncomingMessage) => Fault | undefined]>([
    [
      'knows neither ListParts nor AbortMultipartUpload',
      ({ method, url = '' }) =>
        /^(GET|DELETE)$/.test(method ?? '') && url.includes('uploadId=') ? { status: 405 } : undefined,
    ],
    [
      'answers AbortMultipartUpload, and does nothing',
      ({ method, url = '' }) =>
        method === 'DELETE' && url.includes('uploadId=') ? { status: 204 } : undefined,
    ],
  ])(
    'passes where the service %s: a note says what to do, and nothing is left of the probe',
    async (_, fault) => {
      place().faults(fault);
      const way = await openWay(place(), {});
      expect(await way.check(new AbortController().signal)).toBeUndefined();
      expect(way.note?.()).toMatch(/does not end uploads in parts: .* Give the bucket a lifecycle rule/);
      await way.close();
      const { Contents = [], Uploads = [] } = await leftAt(place());
      const left = [...Contents, ...Uploads].map(({ Key }) => Key);
      expect(left.filter((key) => key?.endsWith('.parts'))).toEqual([]);
    },
  );

  it('passes when the first answer was lost', async () => {
    let lost = 1;
    place().faults(({ method }) => (method === 'PUT' && lost-- > 0 ? { status: 503 } : undefined));
    expect(await said()).toBeUndefined();
  });
});

describe('credentials', () => {
  it('that are missing', async () => {
    asPerson(place().endpoint, { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });
    expect(await said()).toBe(
      'AWS credentials: None were found. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    );
  });

  it('of a profile that does not exist', async () => {
    asPerson(place().endpoint, {
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_PROFILE: 'studio',
    });
    expect(await said()).toMatch(/^AWS_PROFILE: The profile studio is not in your AWS configuration/);
  });

  it('that have expired, as the service says', async () => {
    place().faults(({ method }) => (method === 'PUT' ? s3Error(400, 'ExpiredToken') : undefined));
    expect(await said()).toMatch(/^AWS credentials: They have expired\. Sign in again \(aws sso login\)/);
  });

  it.each([
    ['have expired, as they say themselves', -1, /They have expired\. Sign in again/],
    ['end too soon for a link', 4.5, /They end in 4 min, and the links with them\. Sign in again/],
  ])('that %s', async (_what, minutes, words) => {
    const expiration = new Date(Date.now() + minutes * 60_000).toISOString();
    asPerson(place().endpoint, { AWS_CREDENTIAL_EXPIRATION: expiration });
    expect(await said()).toMatch(words);
    expect(place().requests()).toEqual([]);
  });

  it('with a key that the service does not know', async () => {
    asPerson(place().endpoint, { AWS_ACCESS_KEY_ID: 'AKIDSOMEOTHER' });
    expect(await said()).toMatch(
      /^AWS credentials: .* does not know the access key\. Check AWS_ACCESS_KEY_ID or AWS_PROFILE/,
    );
  });

  it('with another secret', async () => {
    asPerson(place().endpoint, { AWS_SECRET_ACCESS_KEY: 'another-secret-of-somebody-else' });
    const words = await said();
    expect(words).toMatch(/^AWS credentials: Access key and secret key do not belong together/);
    expect(words).not.toContain('another-secret');
  });
});

describe('the bucket', () => {
  it('that does not exist', async () => {
    expect(await said({ bucket: 'another' })).toMatch(
      /^--audio-bucket: There is no bucket another at \[::1\]:\d+\. Make it, private/,
    );
  });

  it.each<[string, Fault]>([
    ['by a redirect', s3Error(301, 'PermanentRedirect', '', { 'x-amz-bucket-region': 'eu-central-1' })],
    ['by a refusal', s3Error(400, 'AuthorizationHeaderMalformed', '<Region>eu-central-1</Region>')],
  ])('that is in another region, %s', async (_how, fault) => {
    place().faults(() => fault);
    expect(await said()).toBe(
      `AWS_REGION: The bucket audio is in eu-central-1, not in ${region}. Set AWS_REGION=eu-central-1.`,
    );
  });

  it('that is in another region, as our own server says it', async () => {
    asPerson(place().endpoint, { AWS_REGION: 'us-west-2' });
    expect(await said()).toMatch(
      new RegExp(`^AWS_REGION: The bucket audio is in ${region}, not in us-west-2`),
    );
  });

  it('that is in another region than the default, when none is set', async () => {
    asPerson(place().endpoint, { AWS_REGION: undefined });
    expect(await said()).toBe(
      `AWS_REGION: The bucket audio is in ${region}, and no region is set. Set AWS_REGION=${region}.`,
    );
  });

  it.each([
    [
      's3:PutObject',
      /You may not write there\. Allow s3:PutObject on arn:aws:s3:::audio\/music\/of mine\/\*/,
    ],
    ['s3:GetObject', /You may not read what you wrote, .* Allow s3:GetObject on/],
    ['s3:ListMultipartUploadParts', /Allow s3:ListMultipartUploadParts and s3:AbortMultipartUpload on/],
    ['s3:AbortMultipartUpload', /Allow s3:ListMultipartUploadParts and s3:AbortMultipartUpload on/],
    [
      's3:DeleteObject',
      /You may not delete there, .* Allow s3:DeleteObject on .* Or let the audio stay there: --keep-audio\./,
    ],
  ])('that does not allow %s', async (action, words) => {
    place().behind.denied.add(action);
    expect(await said()).toMatch(words);
  });

  it.each<[string, readonly string[], ((request: IncomingMessage) => Fault | undefined) | undefined, RegExp]>(
    [
      ['the probe, when nothing may be deleted', ['s3:DeleteObject'], undefined, /probe-\w+\.txt\.$/],
      [
        'both objects, when the service ends no upload in parts besides',
        ['s3:DeleteObject'],
        ({ method, url = '' }) =>
          method !== 'POST' && url.includes('uploadId=') && !url.includes('partNumber=')
            ? { status: 405 }
            : undefined,
        /probe-\w+\.txt, s3:.+probe-\w+\.txt\.parts\.$/,
      ],
      ['an upload that may not be ended', ['s3:AbortMultipartUpload'], undefined, /probe-\w+\.txt\.parts\.$/],
    ],
  )('of which the keys that a probe leaves are named: %s', async (_what, actions, fault, words) => {
    for (const action of actions) place().behind.denied.add(action);
    if (fault) place().faults(fault);
    const problem = await said();
    expect(problem).toMatch(staysWords);
    expect(problem).toMatch(words);
  });

  it('that keeps versions, and does not allow to delete one', async () => {
    const versioned = await bucketBehindFront({ versioned: true });
    asPerson(versioned.endpoint);
    versioned.behind.denied.add('s3:DeleteObjectVersion');
    expect(await said({}, versioned)).toMatch(
      /keeps versions, .* s3:DeleteObject and s3:DeleteObjectVersion .*--keep-audio/,
    );
    await versioned.stop();
  });

  it('that is public', async () => {
    let body = '';
    place().faults((request) => {
      if (request.method === 'PUT') request.on('data', (bytes) => (body = String(bytes)));
      return request.method === 'GET' && !isSigned(request.url) && body !== ''
        ? { status: 200, body }
        : undefined;
    });
    expect(await said()).toMatch(
      /^--audio-bucket: audio is public: the probe was answered without a signature\. Make it private/,
    );
    // The probe does not stay there.
    expect(place().requests().at(-1)).toMatch(/^DELETE /);
  });
});

describe('a link', () => {
  it.each<[string, Fault, RegExp]>([
    [
      'that brings other bytes',
      { status: 200, headers: { 'content-type': 'text/plain' }, body: 'Welcome to nginx\nmore' },
      /brought other bytes than were put there: HTTP 200 \(text\/plain\): "Welcome to nginx"\. Is a cache/,
    ],
    [
      'that is redirected',
      { status: 307, headers: { location: 'https://other.example/x?X-Amz-Signature=abc' } },
      /was redirected to https:\/\/other\.example, which a provider may not follow\. Use that address/,
    ],
    [
      'that is redirected to a page of the same host',
      { status: 302, headers: { location: '/sign-in?X-Amz-Signature=abc' } },
      /was redirected to \/sign-in, which a provider may not follow\. Let the service answer itself/,
    ],
    [
      'that is refused',
      { status: 502, body: '<html>Bad gateway https://a/?X-Amz-Signature=abc' },
      /was answered HTTP 502 <html>Bad gateway https:\/\/a\/\?…/,
    ],
  ])('%s', async (_what, fault, words) => {
    place().faults(({ method, url }) => (method === 'GET' && isSigned(url) ? fault : undefined));
    const problem = await said();
    expect(problem).toMatch(words);
    expect(problem).not.toContain('X-Amz-Signature');
  });
});

it.each([
  [503, 'It has trouble, or too much to do: run the command again later. What arrived is kept.'],
  [507, 'It has no room left: make room there, or name another bucket.'],
  [400, 'Look whether the address is right, and at the settings of the bucket there.'],
])('a last answer of %i that nothing explains says what to do', async (status, advice) => {
  place().faults(({ method }) => (method === 'PUT' ? { status } : undefined));
  expect(await said()).toMatch(/^--audio-bucket: \[::1\]:\d+ answered HTTP \d+\. /);
  expect(await said()).toContain(`answered HTTP ${status}. ${advice}`);
});

describe('a clock', () => {
  const offBy = (minutes: number) =>
    place().faults(() => ({ headers: { date: new Date(Date.now() + minutes * 60_000).toUTCString() } }));

  it.each([
    [-20, 'behind'],
    [20, 'ahead of'],
  ])(
    'of a service on this machine that is off by %i min is that of the service',
    async (minutes, direction) => {
      offBy(minutes);
      expect(await said()).toMatch(
        new RegExp(
          `^AWS_ENDPOINT_URL_S3: The clock of \\[::1\\]:\\d+ is 20 min ${direction} that of this machine, so links would not hold\\. .*restart the container`,
        ),
      );
      expect(place().requests()).toHaveLength(1);
    },
  );
});

it('no message holds the access key, the secret, a signature or a link', async () => {
  const all: (string | undefined)[] = [];
  for (const code of [
    'AccessDenied',
    'InvalidAccessKeyId',
    'SignatureDoesNotMatch',
    'SlowDown',
    'InternalError',
  ]) {
    place().faults(({ method, url }) =>
      method === 'PUT'
        ? {
            status: 403,
            headers: { 'content-type': 'application/xml' },
            body: `<Error><Code>${code}</Code><Message>${credentials.accessKeyId}: AKIA0123456789ABCDEF wanted http://x${url}?X-Amz-Signature=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef</Message></Error>`,
          }
        : undefined,
    );
    all.push(await said());
  }
  expect(all.filter((text) => text !== undefined)).toHaveLength(5);
  const text = all.join('\n');
  for (const secret of [
    credentials.secretAccessKey,
    credentials.accessKeyId,
    'AKIA0123456789ABCDEF',
    '0123456789abcdef0123',
    'X-Amz-Signature=0',
  ]) {
    expect(text).not.toContain(secret);
  }
});
