import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
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
import type { Config, TokenRules } from '../config.ts';
import { acknowledge } from './acknowledge.ts';
import type { WorkflowFunction } from './workflow-function.ts';

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

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly fn: WorkflowFunction;
  /** Why it may be asked without a token. Every other route wants one. */
  readonly openBecause?: string;
}

export interface SessionApiProps {
  readonly config: Config;
  readonly tokens: TokenRules;
  readonly routes: readonly Route[];
  readonly unknownRoute: WorkflowFunction;
}

/**
 * The HTTP API: every route asks for a token of the issuer, for one of the audience, unless it says why not. What
 * is no route goes, with a token, to `unknownRoute`: API Gateway's own 404 would be no problem details.
 */
export class SessionApi extends Construct {
  readonly url: string;
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: SessionApiProps) {
    super(scope, id);
    const { config, tokens, routes, unknownRoute } = props;
    const name = `chirpsmith-${config.stage}`;
    const api = new HttpApi(this, 'Api', {
      apiName: name,
      createDefaultStage: false,
      defaultAuthorizer: new HttpJwtAuthorizer('Jwt', tokens.issuer, { jwtAudience: [...tokens.audience] }),
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
    new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle,
      accessLogSettings: {
        destination: new LogGroupLogDestination(logs),
        format: AccessLogFormat.custom(accessLogFormat),
      },
    });
    const integration = (fn: WorkflowFunction) =>
      new HttpLambdaIntegration(`${fn.node.id}Integration`, fn, {
        payloadFormatVersion: PayloadFormatVersion.VERSION_2_0,
      });
    for (const { method, path, fn, openBecause } of routes) {
      const added = api.addRoutes({
        path,
        methods: [HttpMethod[method]],
        integration: integration(fn),
        ...(openBecause !== undefined && { authorizer: new HttpNoneAuthorizer() }),
      });
      if (openBecause !== undefined) for (const route of added) acknowledge(route, 'APIG4', openBecause);
    }
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
        'A browser sends a preflight without a token; it is told CORS headers only.',
      );
    }
    this.url = api.apiEndpoint;
    this.api = api;
  }
}
