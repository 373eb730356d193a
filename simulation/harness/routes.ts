import type { APIGatewayProxyEventV2WithJWTAuthorizer, Context } from 'aws-lambda';
import {
  type IdempotentAnswer,
  type IdempotentRequest,
  idempotentRoute,
} from '../../functions/api/idempotent-route.ts';
import { logger } from '../../functions/observability/log.ts';
import type { RouteSpec } from '../../functions/runtime/spec.ts';
import { ChirpsmithError, isErrorName } from '../../functions/shared/errors.ts';
import type { World } from './world.ts';

// Runs make thousands of requests; their functions' logs are not read here.
logger.setLogLevel('SILENT');

/** Whose sessions they are. */
export const subject = 'ana';

/** The first request with this key has no answer yet: the client would wait, and ask again. */
export class StillAnswered extends Error {
  override readonly name = 'StillAnswered';
}

export interface KeyedRequest {
  /** Idempotency key: the same when the request is made again. */
  readonly key: string;
  readonly sessionId?: string;
  readonly body?: object;
}

/**
 * Makes a request with an idempotency key to the real wrapper of its route.
 * @param work what the route's handler does with it
 * @returns the body of the answer
 * @throws ChirpsmithError what the answer reports; StillAnswered
 */
export async function requested<Spec extends RouteSpec, T extends object>(
  world: Pick<World, 'requests'>,
  route: Spec,
  { key, sessionId, body }: KeyedRequest,
  work: (
    request: IdempotentRequest<Spec>,
  ) => Promise<Omit<IdempotentAnswer, 'status' | 'body'> & { body: T }>,
): Promise<T> {
  let made: T | undefined;
  const handler = idempotentRoute<RouteSpec>(
    route,
    () => world.requests,
    async (request) => {
      const answer = await work(request as IdempotentRequest<Spec>);
      made = answer.body;
      return { status: 200, ...answer };
    },
  );
  const about = {
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    requestContext: { authorizer: { jwt: { claims: { sub: subject } } } },
    ...(sessionId === undefined ? {} : { pathParameters: { id: sessionId } }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const event: APIGatewayProxyEventV2WithJWTAuthorizer = Object.assign(Object.create(null), about);
  const context: Context = Object.assign(Object.create(null), { awsRequestId: key });
  const { statusCode = 500, headers = {}, body: text = '{}' } = await handler(event, context);
  if (statusCode < 300 && made !== undefined) return made;
  if (statusCode === 409 && headers['retry-after'] !== undefined) throw new StillAnswered();
  const { type, detail } = JSON.parse(text);
  const name = String(type).split(':').at(-1) ?? '';
  throw new ChirpsmithError(isErrorName(name) ? name : 'Unexpected', String(detail));
}
