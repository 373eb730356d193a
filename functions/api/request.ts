import type { APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda';
import * as z from 'zod';
import type { BodyOf, KnownId, PathId, QueryOf, RouteSpec } from '../runtime/spec.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import { uuidPattern } from '../shared/uuid.ts';
import { zodProblems } from '../shared/zod-problems.ts';
import { HttpRefusal } from './problem.ts';

/** What a route sees of a request: path, query and body as its spec has them. */
export interface ApiRequest<Spec extends RouteSpec = RouteSpec> {
  /** The token's subject, verified by the API's authorizer. */
  readonly subject: string;
  readonly path: Readonly<Record<PathId<Spec['path']>, string>>;
  readonly query: QueryOf<Spec>;
  readonly body: BodyOf<Spec>;
}

/** A request as it was sent, before its spec has admitted it. */
export interface SentRequest {
  readonly subject: string;
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Parsed JSON; undefined when there is none. */
  readonly body: unknown;
}

/** Bytes of a body; 200 files of a batch come to 100 kB. */
export const largestBody = 256 * 1024;

/** Characters of a subject: no more than OpenID Connect allows (Core 1.0, section 2). */
const longestSubject = 255;

/** Ids in a path, as they are made here; anything else names nothing, and no record is looked for. */
export const pathIds = z.object({
  id: z.string().regex(uuidPattern).describe('Of the session.'),
  trackId: z
    .string()
    .regex(/^([0-9]{3}|[0-9]{5})$/)
    .describe('Of the track: `001` for the first file, `00001` in a batch.'),
} satisfies Record<KnownId, z.ZodType>);

/**
 * Reads what was sent.
 * @throws ChirpsmithError BadInput when the body is not JSON; HttpRefusal 403, 413 or 415
 */
export function readRequest(event: APIGatewayProxyEventV2WithJWTAuthorizer): SentRequest {
  const { pathParameters: path = {}, queryStringParameters: query = {} } = event;
  return { subject: subjectOf(event), path, query, body: readBody(event) };
}

/**
 * Parses what was sent by the schemas of its route; every problem of query and body is reported at once.
 * @throws ChirpsmithError BadInput, SessionNotFound for an id that cannot be one
 */
export function admit<Spec extends RouteSpec>(sent: SentRequest, spec: Spec): ApiRequest<Spec> {
  const { subject, path } = sent;
  const strange = pathIds.partial().safeParse(path).error?.issues[0]?.path[0];
  if (strange !== undefined) {
    throw new ChirpsmithError('SessionNotFound', `There is no ${String(strange)} like this.`);
  }
  const query = parsed(spec.query, sent.query, 'query');
  const body = parsed(spec.body?.schema, spec.body?.optional ? (sent.body ?? {}) : sent.body, 'body');
  const problems = [...query.problems, ...body.problems];
  if (problems.length > 0) throw new ChirpsmithError('BadInput', 'The request cannot be used.', { problems });
  return { subject, path, query: query.value, body: body.value } as ApiRequest<Spec>;
}

const nothing = z.strictObject({}).optional();

function parsed(schema: z.ZodType | undefined, sent: unknown, whole: 'query' | 'body') {
  const { success, data, error } = (schema ?? nothing).safeParse(sent);
  if (success) return { value: schema && data, problems: [] };
  const problems = error.issues.flatMap((issue) => zodProblems(issue, { whole, words: 'this request' }));
  return { value: undefined, problems };
}

function subjectOf({ requestContext }: APIGatewayProxyEventV2WithJWTAuthorizer): string {
  const { sub } = requestContext.authorizer.jwt.claims;
  if (typeof sub === 'string' && sub !== '' && sub.length <= longestSubject) return sub;
  const detail = `The token needs a subject (sub) of 1 to ${longestSubject} characters, to whom the sessions belong.`;
  throw new HttpRefusal(403, 'The token has no subject', detail);
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
