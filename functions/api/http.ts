import { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2WithJWTAuthorizer, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { nameError } from '../shared/aws-errors.ts';
import { ChirpsmithError, type ErrorName, type Problem } from '../shared/errors.ts';
import type { ProblemAnswer } from './contract.ts';

/** What a route sees of a request. */
export interface ApiRequest {
  /** The token's subject, verified by the API's authorizer. */
  readonly subject: string;
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** The parsed body; undefined when there is none. */
  readonly body: unknown;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an error of ours is in HTTP. Anything that is not the caller's to mend is a 500 without details. */
const statuses: Partial<Record<ErrorName, { status: number; title: string }>> = {
  BadInput: { status: 400, title: 'The request cannot be used' },
  SessionNotFound: { status: 404, title: 'There is no such session' },
  NotPossible: { status: 409, title: 'The session does not stand so that this can be done' },
  RecordConflict: { status: 409, title: 'Somebody else changed the session at the same moment' },
  StorageUnavailable: { status: 503, title: 'A service behind this one is busy' },
};

/** The one wrapper of every route: subject and body in, JSON out, errors as RFC 9457 problem details. */
export function route(name: string, work: (request: ApiRequest) => Promise<ApiAnswer>) {
  const logger = new Logger({ serviceName: 'chirpsmith', persistentLogAttributes: { route: name } });
  return middy<APIGatewayProxyEventV2WithJWTAuthorizer, APIGatewayProxyStructuredResultV2>()
    .use({
      before: ({ context }) => {
        logger.resetKeys();
        logger.appendKeys({ requestId: context.awsRequestId });
      },
      onError: (request) => {
        const error = nameError(request.error);
        const mapped = statuses[error.name];
        if (mapped) logger.info(error.name, { reason: error.message });
        else logger.error(error.name, { reason: error.message });
        request.response = problem(error);
      },
    })
    .handler(async (event) => {
      const { claims } = event.requestContext.authorizer.jwt;
      const answer = await work({
        subject: z.string().min(1).parse(claims.sub),
        path: event.pathParameters ?? {},
        query: event.queryStringParameters ?? {},
        body: parseBody(event),
      });
      const headers = { 'content-type': 'application/json', ...answer.headers };
      return { statusCode: answer.status, headers, body: JSON.stringify(answer.body) };
    });
}

function problem(error: ChirpsmithError): APIGatewayProxyStructuredResultV2 {
  const mapped = statuses[error.name];
  const { status, title } = mapped ?? { status: 500, title: 'Something broke on our side' };
  const body: ProblemAnswer = {
    type: `urn:chirpsmith:error:${error.name}`,
    title,
    status,
    detail: mapped ? error.summary : 'The request can be repeated; the logs hold the reason.',
    ...(error.problems.length > 0 ? { problems: [...error.problems] } : {}),
  };
  const headers = {
    'content-type': 'application/problem+json',
    ...(status === 503 ? { 'retry-after': '5' } : {}),
  };
  return { statusCode: status, headers, body: JSON.stringify(body) };
}

function parseBody({ body, isBase64Encoded }: APIGatewayProxyEventV2WithJWTAuthorizer): unknown {
  if (body === undefined || body === '') return undefined;
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  try {
    return JSON.parse(text);
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
  const problems = parsed.error.issues.flatMap(issueProblems);
  throw new ChirpsmithError('BadInput', 'The request cannot be used.', { problems });
}

function issueProblems(issue: z.core.$ZodIssue): Problem[] {
  const where = issue.path.reduce<string>(
    (path, step) =>
      typeof step === 'number' ? `${path}[${step}]` : path ? `${path}.${String(step)}` : String(step),
    '',
  );
  if (issue.code !== 'unrecognized_keys') return [{ where: where || 'body', message: issue.message }];
  return issue.keys.map((key) => ({
    where: where ? `${where}.${key}` : key,
    message: 'is not a field of this request: remove it or correct its name',
  }));
}
