import { createServer } from 'node:http';
import path from 'node:path';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it, vi } from 'vitest';
import type { CopyProgress } from '../../../local/audio-way/audio-way.ts';
import { listenOnLoopback } from '../../../packages/local-servers/loopback.ts';
import { bucket, credentials } from '../../../test-support/s3-bucket.ts';
import { asPerson, openWay } from './bucket-behind-front.ts';
import { bucketOfCopies, files, large, MiB, other, patiently, sessionId, small } from './copied-audio.ts';

const { place, way, publish, linkOf, bytesAt, client, keysThere, listUploads, uploadsThere, puts } =
  bucketOfCopies();

describe('audio in a bucket of the person’s own', () => {
  it('goes there from the local bucket, and a link brings the same bytes with the type of the suffix', async () => {
    await publish([small, other, large]);
    for (const object of [small, other, large]) {
      const url = await linkOf(object);
      expect((await bytesAt(url)).equals(files[object.key] ?? Buffer.alloc(0))).toBe(true);
    }
    const answer = await fetch(await linkOf({ ...other, file: 'côté b.flac' }));
    expect(answer.headers.get('content-type')).toBe('audio/flac');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="c_t_ b.flac"');
    await answer.arrayBuffer();
    expect((await fetch((await linkOf(small)).replace(/\?.*/, ''))).status).toBe(403);
  });

  it('lies under the prefix and the session, by the track and its hash', async () => {
    await publish([small]);
    expect(await keysThere()).toEqual([`music/of mine/${sessionId}/${small.key.split('/').at(-1)}`]);
  });

  it('goes in one request up to 8 MiB and in parts above, each with its MD5', async () => {
    await publish([small, large]);
    const sent = place().seen.filter(({ method }) => method === 'PUT');
    expect(sent).toHaveLength(1 + 2);
    for (const { headers } of sent) expect(headers['content-md5']).toMatch(/^[\w+/]{22}==$/);
    expect(sent.filter(({ path }) => path.includes('partNumber='))).toHaveLength(2);
  });

  it('tells its progress in bytes', async () => {
    const told: number[] = [];
    await publish([large], way(), (_key, { sent }) => told.push(sent));
    expect(told.at(-1)).toBe(large.size);
    expect(told.every((sent, index) => sent >= (told[index - 1] ?? 0))).toBe(true);
  });

  it('is not called whole before the service has said so', async () => {
    place().faults(({ method }) => (method === 'PUT' ? { status: 507 } : undefined));
    const told: number[] = [];
    await expect(publish([small], way(), (_key, { sent }) => told.push(sent))).rejects.toThrow(/507/);
    expect(puts()).toHaveLength(1);
    expect(
      await way()
        .link(sessionId, small)
        .catch(() => 'failed'),
    ).toBe('failed');
    expect(told.every((sent) => sent < small.size)).toBe(true);
  });

  it('is not sent again when it is there', async () => {
    await publish([small, large]);
    const before = puts().length;
    await publish([small, large]);
    const again = await openWay(place(), files);
    await publish([small, large], again);
    await again.close();
    expect(puts()).toHaveLength(before);
  });

  it('is sent again when somebody has deleted it', async () => {
    await publish([small]);
    const [Key] = await keysThere();
    await client().send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    expect(await way().link(sessionId, small)).toEqual({ sent: 0, size: small.size });
    expect((await bytesAt(await linkOf(small))).equals(files[small.key] ?? Buffer.alloc(0))).toBe(true);
  });

  it('is copied by the first question for a link, where nothing was published', async () => {
    const first = await way().link(sessionId, small);
    expect(first).toEqual({ sent: expect.any(Number), size: small.size });
    expect((await bytesAt(await linkOf(small))).length).toBe(small.size);
  });

  it('is copied when the key names no track of the session, by a hash of key and version', async () => {
    const bytes = Buffer.from('from the inbox');
    files['inbox/some song.ogg'] = bytes;
    const url = await linkOf({ key: 'inbox/some song.ogg', versionId: 'v1' });
    expect(new URL(url).pathname).toMatch(/\/[0-9a-f]{64}\.ogg$/);
    expect(await bytesAt(url)).toEqual(bytes);
    expect(await linkOf({ key: 'inbox/some song.ogg', versionId: 'v2' })).not.toContain(
      new URL(url).pathname,
    );
  });
});

describe('a connection that is lost', () => {
  it('costs a part, not the file', async () => {
    let cuts = 2;
    place().faults(({ url = '' }) =>
      url.includes('partNumber=2') && cuts-- > 0 ? { cutAfter: 100_000 } : undefined,
    );
    await publish([large]);
    expect((await bytesAt(await linkOf(large))).equals(files[large.key] ?? Buffer.alloc(0))).toBe(true);
    expect(puts().filter((line) => line.includes('partNumber'))).toHaveLength(2 + 2);
  });

  it('is said at once, with the attempt that comes next', async () => {
    let busy = 2;
    place().faults(({ method }) => (method === 'PUT' && busy-- > 0 ? { status: 503 } : undefined));
    const seen: CopyProgress[] = [];
    await publish([small], way(), (_key, at) => void seen.push(at));
    expect(seen.at(-1)).toEqual({
      sent: small.size,
      retry: { attempt: 3, reason: expect.stringMatching(/^\[::1\]:\d+ answered HTTP 503$/) },
    });
  });

  it('and a service that is busy are tried again', async () => {
    let busy = 3;
    place().faults(({ method }) => (method === 'PUT' && busy-- > 0 ? { status: 503 } : undefined));
    await publish([small]);
    expect(puts()).toHaveLength(4);
  });
});

describe('after a kill', () => {
  /** Sends two parts, then the process is gone: nothing of it writes any more. */
  async function killed() {
    const first = await openWay(place(), files);
    place().faults(({ url = '' }) => (url.includes('partNumber=2') ? 'silence' : undefined));
    const gone = new AbortController();
    const going = first.publish(sessionId, [large], () => {}, gone.signal);
    const [upload] = await vi.waitUntil(async () => {
      const { Uploads = [] } = await listUploads();
      return Uploads.length > 0 && Uploads;
    }, patiently);
    await vi.waitUntil(async () => {
      const at = { Bucket: bucket, Key: upload?.Key, UploadId: upload?.UploadId };
      return ((await client().send(new ListPartsCommand(at))).Parts ?? []).length === 1;
    }, patiently);
    gone.abort();
    await expect(going).rejects.toThrow();
    await first.close();
    place().faults(() => undefined);
    place().seen.length = 0;
  }

  it('an upload in parts goes on: what arrived is not sent again', async () => {
    await killed();
    await publish([large]);
    expect(puts().filter((line) => line.includes('partNumber'))).toHaveLength(1);
    expect((await bytesAt(await linkOf(large))).equals(files[large.key] ?? Buffer.alloc(0))).toBe(true);
  });

  it('parts of other bytes are sent anew, so that wrong bytes never become the object', async () => {
    await killed();
    const bytes = Buffer.from(files[large.key] ?? []);
    bytes[3 * MiB] = (bytes[3 * MiB] ?? 0) ^ 1;
    const changed = await openWay(place(), { ...files, [large.key]: bytes });
    await publish([large], changed);
    expect((await bytesAt(await linkOf(large, changed))).equals(bytes)).toBe(true);
    await changed.close();
  });

  it('an upload that the service has ended is begun anew', async () => {
    await killed();
    const [upload] = (await listUploads()).Uploads ?? [];
    const at = { Bucket: bucket, Key: upload?.Key, UploadId: upload?.UploadId };
    await client().send(new AbortMultipartUploadCommand(at));
    await publish([large]);
    expect(puts().filter((line) => line.includes('partNumber'))).toHaveLength(2);
  });

  it('the next stack knows of which sessions something is there, and removes it', async () => {
    await publish([small]);
    await killed();
    const next = await openWay(place(), files);
    expect(await next.sessions?.()).toEqual([sessionId]);
    await next.remove(sessionId);
    expect(await next.sessions?.()).toEqual([]);
    await next.close();
    expect([await keysThere(), await uploadsThere()]).toEqual([[], []]);
  });
});

describe('links', () => {
  it('to what may not be read any more are refused, and it is not copied again and again', async () => {
    await publish([small]);
    place().seen.length = 0;
    place().faults(({ method }) => (method === 'HEAD' ? { status: 403 } : undefined));
    await expect(linkOf(small)).rejects.toThrow(/You may not read what you wrote.*Allow s3:GetObject/s);
    expect(puts()).toHaveLength(1);
    place().faults(() => undefined);
    expect((await bytesAt(await linkOf(small))).length).toBe(small.size);
  });

  it('to an object that was exchanged lead to the right bytes: it is copied again', async () => {
    await publish([small]);
    const [Key] = await keysThere();
    await client().send(new PutObjectCommand({ Bucket: bucket, Key, Body: Buffer.alloc(small.size ?? 0) }));
    const bytes = await bytesAt(await linkOf(small));
    expect(bytes.equals(files[small.key] ?? Buffer.alloc(0))).toBe(true);
  });

  it('hold for the minutes of the settings, and no longer than temporary credentials', async () => {
    await publish([small]);
    expect(new URL(await linkOf(small)).searchParams.get('X-Amz-Expires')).toBe('3600');
    const now = Date.now();
    asPerson(place().endpoint, { AWS_CREDENTIAL_EXPIRATION: new Date(now + 30.5 * 60_000).toISOString() });
    const temporary = await openWay(place(), files, { now: () => now });
    expect(new URL(await linkOf(small, temporary)).searchParams.get('X-Amz-Expires')).toBe('1800');
    await temporary.close();
  });

  it('are not made when the credentials end before a provider has fetched', async () => {
    await publish([small]);
    const now = Date.now();
    asPerson(place().endpoint, { AWS_CREDENTIAL_EXPIRATION: new Date(now + 3.5 * 60_000).toISOString() });
    const ending = await openWay(place(), files, { now: () => now });
    await expect(linkOf(small, ending)).rejects.toThrow(/They end in 3 min, and the links with them/);
    await ending.close();
  });
});

it('a proxy that the environment names is used, as for everything else that leaves this machine', async () => {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${new URL(request.url ?? '').host}`);
    request.resume().on('end', () => response.writeHead(200, { etag: '"1"' }).end());
  });
  const { url, close } = await listenOnLoopback(proxy, 0);
  asPerson('http://s3.studio.example', { HTTP_PROXY: url, http_proxy: undefined });
  const behindProxy = await openWay({ home: path.join(place().home, 'proxy') }, files);
  await publish([small], behindProxy);
  await behindProxy.close();
  await close();
  expect(asked).toEqual(['PUT s3.studio.example']);
});

describe('a failing copy', () => {
  it('is reported with what to do, without keys, signatures or URLs, and the next question begins it again', async () => {
    place().faults(({ method }) => (method === 'PUT' ? { status: 507, body: 'full' } : undefined));
    const failed = await publish([small]).catch((error: unknown) => String(error));
    expect(failed).toMatch(/HTTP 507/);
    expect(failed).not.toContain(credentials.accessKeyId);
    expect(failed).not.toMatch(/X-Amz|https?:\/\//);
    await expect(way().link(sessionId, small)).rejects.toThrow(/507/);
    place().faults(() => undefined);
    expect(await way().link(sessionId, small)).toMatchObject({ size: small.size });
    await linkOf(small);
  });
});
