import type { APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda';
import * as z from 'zod';
import type { PathId, RouteSpec } from '../runtime/spec.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import { issueProblems } from '../shared/issue-problems.ts';
import { HttpRefusal } from './problem.ts';

/** What a route sees of a request. */
export interface ApiRequest<Path extends string = string> {
  /** The token's subject, verified by the API's authorizer. */
  readonly subject: string;
  readonly path: Readonly<Record<PathId<Path>, string>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** The parsed body; undefined when there is none. */
  readonly body: unknown;
}

/** Bytes of a body; 200 files of a batch come to 100 kB. */
export const largestBody = 256 * 1024;

/** Characters of a subject: no more than OpenID Connect allows (Core 1.0, section 2). */
const longestSubject = 255;

/** Ids as they are made here; anything else names nothing, and no record is looked for. */
const ids: Readonly<Record<string, RegExp>> = {
  id: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  trackId: /^(\d{3}|\d{5})$/,
};

/**
 * Reads a request as its route admits it.
 * @throws ChirpsmithError BadInput, SessionNotFound for an id that cannot be one, HttpRefusal 403, 413 or 415
 */
export function readRequest<Spec extends RouteSpec>(
  event: APIGatewayProxyEventV2WithJWTAuthorizer,
  spec: Spec,
): ApiRequest<Spec['path']> {
  const subject = subjectOf(event);
  const path = event.pathParameters ?? {};
  const strange = Object.entries(path).find(([name, value = '']) => !ids[name]?.test(value));
  if (strange) throw new ChirpsmithError('SessionNotFound', `There is no ${strange[0]} like this.`);
  const query = event.queryStringParameters ?? {};
  if (!spec.query) parseInput(nothing, query);
  const body = readBody(event);
  if (!spec.body && body !== undefined) parseInput(nothing, body);
  return { subject, path: path as ApiRequest<Spec['path']>['path'], query, body };
}

const nothing = z.strictObject({});

function subjectOf({ requestContext }: APIGatewayProxyEventV2WithJWTAuthorizer): string {
  const { sub } = requestContext.authorizer.jwt.claims;
  if (typeof sub === 'string' && sub !== '' && sub.length <= longestSubject) return sub;
  const detail = `The token needs a subject (sub) of 1 to ${longestSubject} characters, to whom the sessions belong.`;
  throw new HttpRefusal(403, 'The token names nobody', detail);
}

function readBody(event: APIGatewayProxyEventV2WithJWTAuthorizer): unknown {
  const { body, isBase64Encoded, headers } = event;
  if (body === undefined || body === '') return undefined;
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > largestBody) {
    const detail = `The body has ${bytes.length} bytes: at most ${largestBody} are taken.`;
    throw new HttpRefusal(413, 'The body is too large', detail);
  }
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    throw new HttpRefusal(415, 'The body is not JSON', 'Send JSON, with content-type: application/json.');
  }
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    const problems = [{ where: 'body', message: 'is not JSON' }];
    throw new ChirpsmithError('BadInput', 'The body cannot be read.', { problems });
  }
}

/**
 * Parses by a schema; every problem is told at once, an unknown field by its name.
 * @throws ChirpsmithError BadInput
 */
export function parseInput<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) =>
    issueProblems(issue, { whole: 'body', words: 'this request' }),
  );
  throw new ChirpsmithError('BadInput', 'The request cannot be used.', { problems });
}
