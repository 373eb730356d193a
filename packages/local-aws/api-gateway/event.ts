import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { JWTPayload } from 'jose';
import { decode, type MatchedRoute } from './routes.ts';

export interface EventInput {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly matched: MatchedRoute;
  /** Of the verified token, if the route asks for one. */
  readonly claims: JWTPayload | undefined;
  readonly account: string;
  readonly apiId: string;
}

/** Content types that reach a function as text; everything else, and no type at all, arrives as base64. */
const textual = /^(text\/|application\/(json|xml|javascript)|[^;]+\+(json|xml))/i;

/** A request as payload format 2.0 (documented) gives it to a function. */
export function toEvent(input: EventInput): Record<string, unknown> {
  const { request, body, matched, claims } = input;
  const [rawPath = '/', ...query] = (request.url ?? '/').split('?');
  const rawQueryString = query.join('?');
  const { cookie, ...headers } = request.headers;
  const path = rawPath.split('/').map(decode).join('/');
  const now = new Date();
  const isText = textual.test(headers['content-type'] ?? '');
  const parameters = joinRepeated(new URLSearchParams(rawQueryString));
  const host = headers.host ?? '127.0.0.1';
  return {
    version: '2.0',
    routeKey: matched.route.key,
    rawPath: path,
    rawQueryString,
    ...(cookie !== undefined && { cookies: cookie.split(/;\s*/) }),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
    ),
    ...(Object.keys(parameters).length > 0 && { queryStringParameters: parameters }),
    requestContext: {
      accountId: input.account,
      apiId: input.apiId,
      ...(claims && { authorizer: { jwt: { claims: asStrings(claims), scopes: null } } }),
      domainName: host,
      domainPrefix: input.apiId,
      http: {
        method: request.method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: matched.route.key,
      stage: '$default',
      time: commonLogTime(now),
      timeEpoch: now.getTime(),
    },
    ...(Object.keys(matched.parameters).length > 0 && { pathParameters: matched.parameters }),
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** `12/Mar/2026:19:03:58 +0000` */
function commonLogTime(time: Date): string {
  const [, day = '', month = '', year = '', clock = ''] = time.toUTCString().split(' ');
  return `${day}/${month}/${year}:${clock} +0000`;
}

/** Repeated parameters are one value with commas (documented). */
function joinRepeated(parameters: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name).join(',')]),
  );
}

/** Claims reach a function as strings, lists as `[a b]` (seen, undocumented). */
function asStrings(claims: JWTPayload): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      Array.isArray(value)
        ? `[${value.join(' ')}]`
        : typeof value === 'object'
          ? JSON.stringify(value)
          : String(value),
    ]),
  );
}
