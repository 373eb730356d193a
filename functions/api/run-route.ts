import middy from '@middy/core';
import type { APIGatewayProxyEventV2WithJWTAuthorizer, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { executionName } from '../domain/executions.ts';
import { addToLines, beginLines, type Keys, logger } from '../observability/log.ts';
import { depsOf } from '../runtime/deps-of.ts';
import { type AnswerOf, type Clients, type Deps, type RouteSpec, routeKey } from '../runtime/spec.ts';
import { toChirpsmithError } from '../shared/aws-errors.ts';
import { problemDetails, statusOf } from './problem.ts';
import { type ApiRequest, admit, readRequest } from './request.ts';

export interface ApiAnswer {
  readonly status: number;
  /** None with 204. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const answerIds = z.object({ sessionId: z.string(), executionArn: z.string() }).partial();

/** Characters of a path's id that are logged: longer ones are no ids of ours. */
const longestId = 64;

/** What the work of a route answers beyond what its spec says. */
interface AnswerBesidesBody {
  /** That of the spec, unless given. */
  readonly status?: number;
  /** Path of what was made. */
  readonly location?: string;
  /** Seconds after which to ask again. */
  readonly retryAfter?: number | undefined;
}

/** The same with a body of the spec's schema. */
export type RouteAnswer<Spec extends RouteSpec = RouteSpec> = AnswerBesidesBody & AnswerOf<Spec>;

/** The one wrapper of every route: what its spec admits in, what the work needs by the spec, JSON out. */
export function runRoute<Spec extends RouteSpec>(
  spec: Spec,
  work: (request: ApiRequest<Spec>, deps: Deps<Spec>) => Promise<RouteAnswer<Spec>>,
  clients: Clients<Spec>,
) {
  return answering(routeKey(spec), async (event) =>
    completed(spec, await work(admit(readRequest(event), spec), depsOf(clients))),
  );
}

/** An answer with the status and the headers that the spec promises. */
export function completed(
  { answer: { status: usual, retryAfter: always } }: RouteSpec,
  { status = usual, body, location, retryAfter }: AnswerBesidesBody & { readonly body?: object | undefined },
): ApiAnswer {
  const seconds = retryAfter ?? (typeof always === 'number' ? always : undefined);
  return {
    status,
    ...(body && { body }),
    headers: {
      ...(location === undefined ? {} : { location }),
      ...(seconds === undefined ? {} : { 'retry-after': String(seconds) }),
    },
  };
}

/** What every answer has in common: it is logged by its route, and an error is RFC 9457 problem details. */
export function answering(
  name: string,
  work: (event: APIGatewayProxyEventV2WithJWTAuthorizer) => Promise<ApiAnswer>,
) {
  return middy<APIGatewayProxyEventV2WithJWTAuthorizer, APIGatewayProxyStructuredResultV2>()
    .use({
      before: ({ event, context }) => {
        const sessionId = event.pathParameters?.id?.slice(0, longestId);
        const session = sessionId === undefined ? {} : { sessionId };
        beginLines({ route: name, ...session, requestId: context.awsRequestId });
      },
      onError: (request) => {
        const error = toChirpsmithError(request.error);
        // Without the problems, which hold what the caller sent, at any length.
        const about = { reason: error.summary, problems: error.problems.length };
        if (statusOf(error).status < 500) logger.info(error.name, about);
        else logger.error(error.name, about);
        request.response = problemDetails(error);
      },
    })
    .handler(async (event) => {
      const { status, body, headers } = await work(event);
      addToLines(idsOf(body));
      logger.info('done', { status });
      if (body === undefined) return { statusCode: status, headers: { ...headers } };
      return {
        statusCode: status,
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      };
    });
}

/** What an answer tells of the session that the request did not. */
function idsOf(answer: unknown): Keys {
  const { sessionId, executionArn } = answerIds.safeParse(answer).data ?? {};
  return {
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(executionArn === undefined ? {} : { execution: executionName(executionArn) }),
  };
}
