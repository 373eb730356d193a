import middy from '@middy/core';
import type { APIGatewayProxyEventV2WithJWTAuthorizer, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { executionName } from '../sessions/executions.ts';
import { nameError } from '../shared/aws-errors.ts';
import { addToLines, beginLines, type Keys, logger } from '../shared/log.ts';
import { type OperationName, operations } from './operations.ts';
import { problemDetails, statusOf } from './problem.ts';
import { type ApiRequest, readRequest } from './request.ts';

export interface ApiAnswer {
  readonly status: number;
  /** None with 204. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const answerIds = z.object({ sessionId: z.string(), executionArn: z.string() }).partial();

/** Characters of a path's id that are logged: longer ones are nobody's. */
const longestId = 64;

/** The one wrapper of every route: what the operation admits in, JSON out. */
export function route(name: OperationName, work: (request: ApiRequest) => Promise<ApiAnswer>) {
  return answering(name, (event) => work(readRequest(event, operations[name])));
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
        const error = nameError(request.error);
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
