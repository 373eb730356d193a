import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, serveOnLoopback } from '../local-servers/loopback.ts';
import { type Answer, ownAnswer, toAnswer } from './api-gateway/answer.ts';
import { type Authorize, createAuthorizer, Unauthorized } from './api-gateway/authorizer.ts';
import { allowsOrigin, answerHeaders, preflightHeaders } from './api-gateway/cors.ts';
import { toEvent } from './api-gateway/event.ts';
import { matchRoute, type Route } from './api-gateway/routes.ts';
import type { HttpApi } from './assembly.ts';
import type { Issuer } from './issuer.ts';
import type { Lambda } from './lambda.ts';

export interface ApiGatewayOptions {
  /** 0 for a free one. */
  readonly port: number;
  readonly api: HttpApi;
  readonly lambda: Pick<Lambda, 'invoke'>;
  /** Whose tokens the routes' authorizers accept; it must be the issuer that the template names. */
  readonly issuer: Pick<Issuer, 'issuer' | 'keys'>;
  /** Called for every failed invocation, which the caller sees as a bare 500. */
  readonly onError?: (error: unknown) => void;
}

/** Documented limits: 10 MB of body, 30 s for a function's answer. */
const maxBody = 10 * 1024 * 1024;
const integrationTimeoutMs = 30_000;

/** The HTTP API (v2) of the template: routes, JWT authorizers and CORS, in front of the functions. */
export async function startApiGateway(
  options: ApiGatewayOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const { api, issuer } = options;
  const stranger = api.routes.find(({ authorizer }) => authorizer && authorizer.issuer !== issuer.issuer);
  if (stranger) {
    throw new Error(
      `${stranger.key} wants tokens of ${stranger.authorizer?.issuer}; on this machine only ${issuer.issuer} ` +
        'hands out tokens.',
    );
  }
  const authorize = createAuthorizer(issuer.keys);
  const { cors } = api;
  const allowed = cors && ((origin: string) => allowsOrigin(cors, origin));
  return serveOnLoopback({ port: options.port, allowsOrigin: allowed }, (request, response) => {
    answer(request, options, authorize)
      .catch((error: unknown) => {
        options.onError?.(error);
        return ownAnswer(500, 'Internal Server Error');
      })
      .then((made) => write(request, response, made, cors));
  });
}

async function answer(
  request: IncomingMessage,
  options: ApiGatewayOptions,
  authorize: Authorize,
): Promise<Answer> {
  const { api, lambda, onError } = options;
  const method = request.method ?? '';
  const matched = matchRoute(
    api.routes,
    method,
    withoutStage((request.url ?? '/').split('?')[0] ?? '/', api),
  );
  // API Gateway answers a preflight itself unless a route catches it, `$default` among them (documented).
  if (!matched && method === 'OPTIONS' && api.cors) {
    return { status: 204, headers: {}, cookies: [], body: Buffer.alloc(0) };
  }
  if (!matched) return ownAnswer(404, 'Not Found');
  const { authorizer, functionArn } = matched.route;

  let claims: Awaited<ReturnType<Authorize>> | undefined;
  if (authorizer) {
    try {
      claims = await authorize(request.headers.authorization, authorizer);
    } catch (error) {
      if (!(error instanceof Unauthorized)) throw error;
      const challenge = error.message && ` error="invalid_token" error_description="${error.message}"`;
      return ownAnswer(401, 'Unauthorized', { 'www-authenticate': `Bearer${challenge}` });
    }
  }

  const body = await readBody(request, maxBody);
  if (!body) return ownAnswer(413, 'Request Entity Too Large');
  const { account, sourceArn } = sourceOf(api.id, matched.route);
  const event = toEvent({ request, body, matched, claims, account, apiId: api.id });
  const late = Promise.withResolvers<typeof timedOut>();
  let timer: NodeJS.Timeout | undefined;
  const wait = {
    began: () => clearTimeout(timer),
    ended() {
      timer = setTimeout(late.resolve, integrationTimeoutMs, timedOut).unref();
    },
  };
  wait.ended();
  try {
    const by = { principal: 'apigateway.amazonaws.com', sourceArn };
    const returned = await Promise.race([lambda.invoke(functionArn, event, by, wait), late.promise]);
    if (returned === timedOut) return ownAnswer(503, 'Service Unavailable');
    const made = toAnswer(returned);
    if (!made) throw new Error(`${matched.route.key}: the function's answer has the wrong form.`);
    return made;
  } catch (error) {
    onError?.(error);
    return ownAnswer(500, 'Internal Server Error');
  } finally {
    clearTimeout(timer);
  }
}

/** A stage with a name is the first part of the paths of its requests (documented). */
function withoutStage(path: string, { stages }: HttpApi): string {
  const stage = stages.find((name) => path === `/${name}` || path.startsWith(`/${name}/`));
  return stage === undefined ? path : path.slice(stage.length + 1) || '/';
}

const timedOut = Symbol('timed out');

/** The ARN that Lambda's resource policies know a route by; account and region are the function's. */
function sourceOf(apiId: string, route: Route): { account: string; sourceArn: string } {
  const [, , , region = '', account = ''] = route.functionArn.split(':');
  const [method = '', path = ''] = route.key === '$default' ? ['', route.key] : route.key.split(' ');
  return {
    account,
    sourceArn: `arn:aws:execute-api:${region}:${account}:${apiId}/$default/${method}${path}`,
  };
}

function write(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, cookies, body }: Answer,
  cors: HttpApi['cors'],
): void {
  const corsHeaders = request.method === 'OPTIONS' ? preflightHeaders : answerHeaders;
  response.writeHead(status, {
    ...(cors ? withoutCors(headers) : headers),
    ...(cors && corsHeaders(cors, request.headers.origin)),
    ...(cookies.length > 0 && { 'set-cookie': [...cookies] }),
    ...(status !== 204 && { 'content-length': body.length }),
  });
  response.end(body);
}

/** A function's own CORS headers do not count once the API has its CORS configured (documented). */
function withoutCors(headers: Answer['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('access-control-')));
}
