import type { APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda';
import { type ApiRequest, admit, readRequest } from '../functions/api/request.ts';
import type { RouteSpec } from '../functions/runtime/spec.ts';

/**
 * A request as the wrapper of its route reads it from an event and hands it to the work.
 * @throws ChirpsmithError as the wrapper does, when the spec of the route does not admit it
 */
export function admitted<Spec extends RouteSpec>(
  spec: Spec,
  { body, query }: { readonly body?: unknown; readonly query?: Readonly<Record<string, string>> },
): ApiRequest<Spec> {
  const event = {
    headers: { 'content-type': 'application/json' },
    requestContext: { authorizer: { jwt: { claims: { sub: 'ana' } } } },
    ...(query && { queryStringParameters: query }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  return admit(readRequest(event as unknown as APIGatewayProxyEventV2WithJWTAuthorizer), spec);
}
