import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { serveOnLoopback } from '../../local-servers/loopback.ts';
import { AwsError } from '../aws-error.ts';
import type { BusEvent } from '../event-bridge/pattern.ts';
import { verifySigV4 } from '../sigv4.ts';
import { completeUpload } from './complete-upload.ts';
import { copyObject } from './copy-object.ts';
import { allowsOrigin, type CorsRule, corsHeaders } from './cors.ts';
import { deleteObject } from './delete-object.ts';
import { deleteObjects } from './delete-objects.ts';
import { objectEvent } from './events.ts';
import { getObject, getTagging } from './get-object.ts';
import { listObjects } from './list-objects.ts';
import { listVersions } from './list-versions.ts';
import { type MultipartStore, openMultipartStore } from './multipart-store.ts';
import {
  abortUpload,
  createUpload,
  listParts,
  listUploads,
  uploadPart,
  uploadPartCopy,
} from './multipart-upload.ts';
import { type ObjectStore, openObjectStore } from './object-store.ts';
import { putObject } from './put-object.ts';
import { type Answer, type Call, type Operation, parseTarget, recognise } from './request.ts';
import { document, element } from './xml.ts';

/** A bucket of the template. */
export interface S3Bucket {
  readonly name: string;
  readonly arn: string;
  readonly versioned: boolean;
  /** Whether it sends the events of its objects; false by default. */
  readonly eventBridge?: boolean;
  readonly corsRules: readonly CorsRule[];
}

export interface S3Options {
  /** 0: any free port. */
  readonly port: number;
  /** Objects are kept here and are there again after a restart. */
  readonly directory: string;
  readonly buckets: readonly S3Bucket[];
  readonly region: string;
  readonly access: {
    secretOf(accessKeyId: string): string | undefined;
    /** Throws `AccessDenied`. */
    check(accessKeyId: string, action: string, resource: string, context?: Record<string, string>): void;
  };
  /** The time by which signatures are judged and objects are dated. */
  readonly now?: () => Date;
  /** Receives the buckets' events, and the account that they belong to. */
  readonly events?: { readonly account: string; publish(event: BusEvent): void };
  /** Receives a line for each denied action, as HEAD has no body to say it, and for each error of our own. */
  readonly log?: (line: string) => void;
}

const operations: Record<Operation, (call: Call) => Promise<Answer>> = {
  PutObject: putObject,
  CopyObject: copyObject,
  CreateMultipartUpload: createUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  ListParts: listParts,
  ListMultipartUploads: listUploads,
  CompleteMultipartUpload: completeUpload,
  AbortMultipartUpload: abortUpload,
  GetObjectTagging: getTagging,
  GetObject: getObject,
  HeadObject: getObject,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  ListObjectsV2: listObjects,
  ListObjectVersions: listVersions,
};

function splitUrl(url: string): { rawPath: string; rawQuery: string } {
  const at = url.indexOf('?');
  return at < 0 ? { rawPath: url, rawQuery: '' } : { rawPath: url.slice(0, at), rawQuery: url.slice(at + 1) };
}

async function send(request: IncomingMessage, response: ServerResponse, answer: Answer, store: ObjectStore) {
  const { body } = answer;
  if (body === undefined || typeof body === 'string') {
    const length = answer.status === 204 ? {} : { 'content-length': Buffer.byteLength(body ?? '') };
    response.writeHead(answer.status, { ...answer.headers, ...length }).end(body);
    return;
  }
  if (request.method === 'HEAD' || body.last < body.first) {
    response.writeHead(answer.status, answer.headers).end();
    return;
  }
  const file = await store.open(body.version);
  response.writeHead(answer.status, answer.headers);
  await pipeline(file.createReadStream({ start: body.first, end: body.last }), response);
}

/**
 * Starts a server of the S3 operations that the product uses, on 127.0.0.1, path style only: those in
 * {@link operations} and CORS preflight. Anything else, down to a header that would have to be ignored, is
 * `NotImplemented`, named.
 */
export async function startS3(options: S3Options): Promise<{ url: string; close(): Promise<void> }> {
  const { access, region, events, now = () => new Date(), log = () => {} } = options;
  const buckets = new Map<string, { bucket: S3Bucket; store: ObjectStore; uploads: MultipartStore }>();
  for (const bucket of options.buckets) {
    const directory = join(options.directory, bucket.name);
    const store = await openObjectStore(directory, bucket.versioned);
    const uploads = await openMultipartStore(join(directory, 'uploads'));
    buckets.set(bucket.name, { bucket, store, uploads });
  }

  const serve = async (request: IncomingMessage, response: ServerResponse, mayAskForBody: boolean) => {
    const { method = '', headers } = request;
    const { rawPath, rawQuery } = splitUrl(request.url ?? '/');
    const target = parseTarget(rawPath, rawQuery);
    const found = buckets.get(target.bucket);
    const cors = corsHeaders(found?.bucket.corsRules ?? [], method, headers);
    if (method === 'OPTIONS') {
      if (!cors)
        throw new AwsError('AccessForbidden', 403, 'CORSResponse: This CORS request is not allowed.');
      response.writeHead(200, { ...cors, 'content-length': '0' }).end();
      return;
    }
    for (const [name, value] of Object.entries(cors ?? {})) response.setHeader(name, value);

    const moment = now();
    const caller = verifySigV4(
      { method, rawPath, rawQuery, headers },
      { service: 's3', region, now: moment, secretOf: (id) => access.secretOf(id) },
    );
    const operation = recognise(method, target, headers, caller.payloadHash.startsWith('STREAMING-'));
    if (!found) throw new AwsError('NoSuchBucket', 404, 'The specified bucket does not exist');
    const answer = await operations[operation]({
      target,
      bucketArn: found.bucket.arn,
      store: found.store,
      uploads: found.uploads,
      headers,
      caller,
      now: moment,
      body: () => {
        if (mayAskForBody) response.writeContinue();
        // Without this a refusal half-way would cut the connection before it is sent.
        return request.iterator({ destroyOnReturn: false });
      },
      changed: (change) => {
        const { bucket } = found;
        if (!bucket.eventBridge || !events) return;
        events.publish(objectEvent(change, { bucket, region, account: events.account, now: moment }));
      },
      allow: (action, resource, context) => access.check(caller.accessKeyId, action, resource, context),
    });
    await send(request, response, answer, found.store);
  };

  const refuse = (request: IncomingMessage, response: ServerResponse, error: unknown, id: string) => {
    const known = error instanceof AwsError ? error : undefined;
    if (known?.code === 'AccessDenied') log(`S3 denied ${request.method}: ${known.message}`);
    if (!known && !request.socket.destroyed) log(`S3 failed on ${request.method}: ${String(error)}`);
    if (response.headersSent || response.destroyed) return void response.destroy();
    const { code, statusCode, message } =
      known ?? new AwsError('InternalError', 500, 'We encountered an internal error. Please try again.');
    const xml = document(
      element('Error', [
        element('Code', code),
        element('Message', message),
        element('Resource', splitUrl(request.url ?? '/').rawPath),
        element('RequestId', id),
      ]),
    );
    response.writeHead(statusCode, {
      'content-type': 'application/xml',
      'content-length': Buffer.byteLength(xml),
    });
    response.end(request.method === 'HEAD' ? undefined : xml);
    // A client in the middle of a body reads no answer before it was let finish.
    request.resume();
  };

  const underWay = new Set<Promise<void>>();
  const handle = (request: IncomingMessage, response: ServerResponse, mayAskForBody: boolean) => {
    const id = randomBytes(8).toString('hex').toUpperCase();
    response.setHeader('x-amz-request-id', id);
    const work = serve(request, response, mayAskForBody)
      .catch((error: unknown) => refuse(request, response, error, id))
      .finally(() => underWay.delete(work));
    underWay.add(work);
  };
  const closeStores = async () => {
    for (const { store } of buckets.values()) await store.close();
  };
  // Read at each request: whom a rule names may be known later than this server is started.
  const rules = () => options.buckets.flatMap(({ corsRules }) => corsRules);
  let listener: Awaited<ReturnType<typeof serveOnLoopback>>;
  try {
    listener = await serveOnLoopback(
      {
        port: options.port,
        allowsOrigin: (origin) => allowsOrigin(rules(), origin),
        // Longer than clients keep idle connections, so that none is closed just as it is used again.
        keepAliveMs: 65_000,
        continues: true,
      },
      handle,
    );
  } catch (error) {
    await closeStores();
    throw error;
  }

  return {
    url: listener.url,
    async close() {
      await listener.close();
      await Promise.all(underWay);
      await closeStores();
    },
  };
}
