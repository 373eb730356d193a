import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { readBody, serveOnLoopback } from '../local-servers/loopback.ts';
import { AwsError } from './aws-error.ts';
import type { Access } from './iam.ts';
import { verifySigV4 } from './sigv4.ts';

/**
 * One service behind the endpoint: an operation's name as in `X-Amz-Target`, its JSON input, its JSON output.
 * Throws `AwsError`; its code becomes the `__type` that the SDK reads. The handler does its own IAM check.
 */
export type ServiceHandler = (
  operation: string,
  input: Record<string, unknown>,
  caller: { readonly accessKeyId: string },
) => Promise<Record<string, unknown>>;

export interface AwsEndpointOptions {
  /** 0 for a free one. */
  readonly port: number;
  readonly region: string;
  readonly access: Access;
  /** By their signing names; a request to one that is not here is refused. */
  readonly services: Readonly<Partial<Record<ServiceName, ServiceHandler>>>;
  /** Called with errors that no rule foresaw, once each; the caller gets a 500 without details. */
  readonly onError?: (error: unknown) => void;
}

/** Largest body of the services' requests, in bytes (DynamoDB's batches: 16 MB). */
const maxBody = 16 * 1024 * 1024;

/** By the target's prefix: the signing name and the version of the JSON protocol. */
const protocols = {
  DynamoDB_20120810: { service: 'dynamodb', contentType: 'application/x-amz-json-1.0' },
  secretsmanager: { service: 'secretsmanager', contentType: 'application/x-amz-json-1.1' },
  AWSEvents: { service: 'events', contentType: 'application/x-amz-json-1.1' },
  AWSStepFunctions: { service: 'states', contentType: 'application/x-amz-json-1.0' },
} as const;

type ServiceName = (typeof protocols)[keyof typeof protocols]['service'];

const inputSchema = z.record(z.string(), z.unknown());

/** DynamoDB, Secrets Manager, Step Functions and EventBridge on one address, distinguished by `X-Amz-Target`. */
export async function startAwsEndpoint(
  options: AwsEndpointOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  return serveOnLoopback({ port: options.port }, (request, response) => {
    answer(request, options)
      .then(({ contentType, output }) => send(response, 200, contentType, output))
      .catch((error: unknown) => sendError(response, error, options.onError));
  });
}

async function answer(
  request: IncomingMessage,
  { region, access, services }: AwsEndpointOptions,
): Promise<{ contentType: string; output: Record<string, unknown> }> {
  const body = await readBody(request, maxBody);
  if (body === undefined) {
    throw new AwsError('RequestEntityTooLargeException', 413, `A request has at most ${maxBody} bytes.`);
  }
  const target = String(request.headers['x-amz-target'] ?? '');
  const [prefix = '', operation = ''] = target.split('.');
  const protocol = Object.entries(protocols).find(([name]) => name === prefix)?.[1];
  const service = protocol && services[protocol.service];
  if (request.method !== 'POST' || !service || operation === '') {
    throw new AwsError(
      'UnknownOperationException',
      400,
      `${request.method ?? '?'} with X-Amz-Target '${target}' is no operation of a service known here.`,
    );
  }
  const { accessKeyId } = verify(request, body, protocol.service, region, access);
  const input = inputSchema.safeParse(parseJson(body));
  if (!input.success) throw new AwsError('SerializationException', 400, 'The body is no JSON object.');
  const output = await service(operation, input.data, { accessKeyId });
  return { contentType: protocol.contentType, output };
}

function verify(
  request: IncomingMessage,
  body: Buffer,
  service: string,
  region: string,
  access: Access,
): { accessKeyId: string } {
  const [rawPath = '/', rawQuery = ''] = (request.url ?? '/').split('?');
  return verifySigV4(
    { method: request.method ?? '', rawPath, rawQuery, headers: request.headers },
    {
      service,
      region,
      now: new Date(),
      secretOf: (accessKeyId) => access.secretOf(accessKeyId),
      bodyHash: createHash('sha256').update(body).digest('hex'),
    },
  );
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function sendError(response: ServerResponse, error: unknown, onError?: (error: unknown) => void): void {
  if (error instanceof AwsError) {
    response.setHeader('x-amzn-errortype', error.code);
    send(response, error.statusCode, 'application/x-amz-json-1.0', {
      __type: error.code,
      message: error.message,
    });
    return;
  }
  onError?.(error);
  response.setHeader('x-amzn-errortype', 'InternalFailure');
  send(response, 500, 'application/x-amz-json-1.0', {
    __type: 'InternalFailure',
    message: 'Internal failure.',
  });
}

function send(response: ServerResponse, status: number, contentType: string, output: unknown): void {
  const body = JSON.stringify(output);
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': randomUUID(),
  });
  response.end(body);
}
