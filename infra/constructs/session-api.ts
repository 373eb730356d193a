import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnApiMapping,
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
  PayloadFormatVersion,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { routes } from '../../functions/api/routes.ts';
import { folderOf, routeKey, routeLambda } from '../../functions/runtime/spec.ts';
import type { FunctionContext } from './grants.ts';
import { acknowledge } from './nag-suppressions.ts';
import { pageStage } from './page.ts';
import { pascal, specFunction } from './spec-functions.ts';
import { WorkflowFunction } from './workflow-function.ts';

/** One line per request. No headers, no query: a token or a signed URL must not end up in a log. */
const accessLogFormat = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTime',
  route: '$context.routeKey',
  path: '$context.path',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  ip: '$context.identity.sourceIp',
  authorizerError: '$context.authorizer.error',
  integrationError: '$context.integrationErrorMessage',
});

/** Requests a second, and at once, over all callers: far over what polling needs, far under what hurts. */
const throttle = { rateLimit: 50, burstLimit: 100 };

/**
 * The HTTP API: every route of functions/api/routes.ts. All ask for a token of the issuer, for one of the audience; only the
 * document that says what the API is does not. What
 * is no route goes, with a token, to `unknown-route`: API Gateway's own 404 would be no problem details.
 */
export class SessionApi extends Construct {
  readonly url: string;
  readonly api: HttpApi;

  /** @param where.audience clients whose tokens are accepted; it may be a list that is known only later */
  constructor(scope: Construct, id: string, where: FunctionContext & { readonly audience: string[] }) {
    super(scope, id);
    const { config } = where;
    const { tokens } = where.storage;
    const name = `chirpsmith-${config.stage}`;
    const api = new HttpApi(this, 'Api', {
      apiName: name,
      createDefaultStage: false,
      defaultAuthorizer: new HttpJwtAuthorizer('Jwt', tokens.issuer, { jwtAudience: where.audience }),
      ...(config.allowedOrigins.length > 0 && {
        corsPreflight: {
          allowOrigins: config.allowedOrigins,
          allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST, CorsHttpMethod.PUT, CorsHttpMethod.DELETE],
          allowHeaders: ['authorization', 'content-type', 'idempotency-key'],
          exposeHeaders: ['location', 'retry-after'],
          maxAge: Duration.hours(1),
        },
      }),
    });
    const logs = new LogGroup(this, 'AccessLogs', {
      // Under /aws/vendedlogs the delivery's own resource policy does not grow with each log group.
      logGroupName: `/aws/vendedlogs/apigateway/${name}`,
      retention: config.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stageNamed = (stageId: string, stageName: string) =>
      new HttpStage(this, stageId, {
        httpApi: api,
        stageName,
        autoDeploy: true,
        throttle,
        accessLogSettings: {
          destination: new LogGroupLogDestination(logs),
          format: AccessLogFormat.custom(accessLogFormat),
        },
      });
    const stage = stageNamed('Stage', '$default');
    // The same routes under /api, where the page asks for them.
    stageNamed('PageStage', pageStage);
    /** Functions that use nothing. */
    const plain = (fnId: string, folder: string, description: string) =>
      new WorkflowFunction(scope, fnId, {
        config,
        folder: `api/${folder}`,
        description,
        seconds: routeLambda.timeoutSeconds,
      });
    const integration = (fn: WorkflowFunction) =>
      new HttpLambdaIntegration(`${fn.node.id}Integration`, fn, {
        payloadFormatVersion: PayloadFormatVersion.VERSION_2_0,
      });
    for (const spec of routes) {
      const { method, path } = spec;
      const about = routeKey(spec);
      const fn = specFunction(scope, pascal(folderOf(spec)), { room: 'api', spec, about, where });
      api.addRoutes({ path, methods: [HttpMethod[method]], integration: integration(fn) });
    }
    const document = plain('OpenApi', 'openapi', 'GET /openapi.json');
    for (const route of api.addRoutes({
      path: '/openapi.json',
      methods: [HttpMethod.GET],
      integration: integration(document),
      authorizer: new HttpNoneAuthorizer(),
    })) {
      acknowledge(route, 'APIG4', 'The description of the API is public; it holds no stored data.');
    }
    const unknownRoute = plain('UnknownRoute', 'unknown-route', 'Answers requests for no route');
    new HttpRoute(this, 'UnknownRoute', {
      httpApi: api,
      routeKey: HttpRouteKey.DEFAULT,
      integration: integration(unknownRoute),
    });
    // `$default` catches OPTIONS too, and would ask a preflight for a token, which no browser sends (developer guide,
    // "Configure CORS for HTTP APIs", on a `$default` route with an authorizer).
    if (config.allowedOrigins.length > 0) {
      const preflights = new HttpRoute(this, 'Preflight', {
        httpApi: api,
        routeKey: HttpRouteKey.with('/{proxy+}', HttpMethod.OPTIONS),
        integration: integration(unknownRoute),
        authorizer: new HttpNoneAuthorizer(),
      });
      acknowledge(
        preflights,
        'APIG4',
        'A browser sends a preflight without a token; the answer holds CORS headers only.',
      );
    }
    if (config.domain) {
      const { name: domainName } = config.domain;
      const mapping = new CfnApiMapping(this, 'Mapping', {
        apiId: api.apiId,
        domainName,
        stage: stage.stageName,
      });
      // It knows the stage by a name that is no reference.
      mapping.node.addDependency(stage);
    }
    this.url = config.domain ? `https://${config.domain.name}` : api.apiEndpoint;
    this.api = api;
  }
}
