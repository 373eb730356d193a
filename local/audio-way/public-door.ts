import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { createDownloadUrls } from '../../functions/storage/upload-urls.ts';
import { mayHoldAudio } from '../../packages/audio-inspection/formats.ts';
import { parseTarget, type Target } from '../../packages/local-aws/s3/request.ts';
import { type Credentials, verifySigV4 } from '../../packages/local-aws/sigv4.ts';
import { listenOnLoopback } from '../../packages/local-servers/loopback.ts';
import type { AudioObject } from './audio-way.ts';
import type { LocalAudio } from './local-audio.ts';

/** Where the door gets the audio from. */
export interface ServedAudio extends Pick<LocalAudio, 'bucket' | 'region'> {
  readonly client: {
    send(
      command: GetObjectCommand,
      options: { abortSignal: AbortSignal },
    ): Promise<Partial<Omit<GetObjectCommandOutput, 'Body'>> & { Body?: unknown }>;
  };
}

export interface PublicDoorOptions {
  /** 0 takes a free one; a tunnel needs to know it. */
  readonly port: number;
  /** Under which the tunnel shows the door; may have a path. */
  readonly publicUrl: string;
  /** Signs for this door, and is valid nowhere else. */
  readonly key: Credentials;
  /** Minutes for which a URL holds. */
  readonly linkMinutes: number;
  readonly audio: ServedAudio;
  /** The time by which signatures are judged. */
  readonly now?: () => Date;
}

/** The one answer to everything else: it says nothing of what there is. */
const refusal = 'Only signed links to audio are answered here.\n';

/**
 * The listener that a tunnel points at: signed GETs of audio in the local bucket, and nothing else. The signature is
 * that of the public host, so it holds no matter which Host the tunnel sends on. A path of the public URL may be
 * stripped on the way or not.
 */
export async function openPublicDoor({
  port,
  publicUrl,
  key,
  linkMinutes,
  audio,
  now = () => new Date(),
}: PublicDoorOptions): Promise<{
  readonly url: string;
  link(object: AudioObject): Promise<string>;
  /** Of requests that {@link openPublicDoor} does not count as the provider's. */
  readonly ownHeaders: Readonly<Record<string, string>>;
  /** Was an object given to others than us since its first link? Undefined where this door has made none. */
  fetched(object: AudioObject): boolean | undefined;
  close(): Promise<void>;
}> {
  const { bucket, region } = audio;
  const { host, pathname } = new URL(publicUrl);
  const prefix = pathname.replace(/\/+$/, '');
  const signer = new S3Client({ endpoint: publicUrl, region, credentials: key, forcePathStyle: true });
  const own = { name: 'x-chirpsmith-read-back', value: randomBytes(24).toString('base64url') };
  /** By object: whether others than us have fetched it since its first link was made. */
  const given = new Map<string, boolean>();
  const urls = createDownloadUrls({ client: signer, bucket, minutes: linkMinutes });

  /** Which object a request may have. Throws for one that is not signed for this door. */
  const admitted = ({ method = '', headers, url = '/' }: IncomingMessage): Target => {
    const [path = '', ...queries] = url.split('?');
    const rawQuery = queries.join('?');
    // What tunnels add is no part of the request that was signed.
    const amz = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-'));
    const at = (rest: string): Target => {
      const { presigned } = verifySigV4(
        { method, rawPath: prefix + rest, rawQuery, headers: { ...Object.fromEntries(amz), host } },
        {
          service: 's3',
          region,
          now: now(),
          secretOf: (id) => (id === key.accessKeyId ? key.secretAccessKey : undefined),
        },
      );
      const target = parseTarget(rest, rawQuery);
      if (method !== 'GET' || !presigned || target.bucket !== bucket || !mayHoldAudio(target.key)) {
        throw new Error('This is no link to audio.');
      }
      return target;
    };
    if (prefix === '' || !path.startsWith(`${prefix}/`)) return at(path);
    try {
      return at(path.slice(prefix.length));
    } catch {
      // The path was taken away on the way, and what is left happens to begin like it.
      return at(path);
    }
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let target: Target;
    try {
      target = admitted(request);
    } catch {
      return refuse(response, 403);
    }
    const { key: Key, query } = target;
    const { range } = request.headers;
    const versionId = query.get('versionId');
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key,
      VersionId: versionId,
      Range: request.headers['if-range'] === undefined ? range : undefined,
      ResponseContentType: query.get('response-content-type'),
      ResponseContentDisposition: query.get('response-content-disposition'),
    });
    const found = await audio.client.send(command, { abortSignal: gone.signal });
    const headers = {
      'accept-ranges': 'bytes',
      // A proxy that keeps it would answer after the link has expired.
      'cache-control': 'private, no-store',
      'content-length': found.ContentLength,
      'content-type': found.ContentType,
      'content-disposition': found.ContentDisposition,
      'content-range': found.ContentRange,
      etag: found.ETag,
      'last-modified': found.LastModified?.toUTCString(),
    };
    const known = Object.entries(headers).filter(([, value]) => value !== undefined);
    if (request.headers[own.name] !== own.value) given.set(idOf({ key: Key, versionId }), true);
    response.writeHead(found.ContentRange === undefined ? 200 : 206, Object.fromEntries(known));
    await pipeline(found.Body instanceof Readable ? found.Body : Readable.from([]), response);
  };

  const server = createServer((request, response) => {
    request.resume();
    serve(request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) return void response.destroy();
      const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
      refuse(response, status ?? 502);
    });
  });
  const { url, close } = await listenOnLoopback(server, port);
  return {
    url,
    link(object) {
      const id = idOf(object);
      given.set(id, given.get(id) ?? false);
      return urls.get(object);
    },
    ownHeaders: { [own.name]: own.value },
    fetched: (object) => given.get(idOf(object)),
    async close() {
      await close();
      signer.destroy();
    },
  };
}

const idOf = ({ key, versionId }: Pick<AudioObject, 'key' | 'versionId'>) => JSON.stringify([key, versionId]);

function refuse(response: ServerResponse, status: number): void {
  const body = status === 403 ? refusal : 'The audio is not there, or not like this.\n';
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}
