import { z } from 'zod';
import type { HttpApi } from './model.ts';
import { parseProperties, type Resource } from './resource.ts';

/** A property that changes nothing for what runs on this machine. */
const harmless = z.unknown().optional();
const strings = z.array(z.string());

const apiSchema = z.strictObject({
  Name: z.string(),
  ProtocolType: z.literal('HTTP'),
  CorsConfiguration: z
    .strictObject({
      AllowOrigins: strings.default([]),
      AllowMethods: strings.default([]),
      AllowHeaders: strings.default([]),
      ExposeHeaders: strings.default([]),
      MaxAge: z.number().int().optional(),
      AllowCredentials: z.literal(false).optional(),
    })
    .optional(),
  Description: harmless,
  Tags: harmless,
});

const stageSchema = z.strictObject({
  ApiId: z.string(),
  StageName: z.string(),
  AutoDeploy: z.literal(true),
  AccessLogSettings: harmless,
  // Throttling and metrics: one person's requests never reach a limit meant for the public.
  DefaultRouteSettings: harmless,
  Description: harmless,
  Tags: harmless,
});

const integrationSchema = z.strictObject({
  ApiId: z.string(),
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
  Description: harmless,
});

const authorizerSchema = z.strictObject({
  ApiId: z.string(),
  AuthorizerType: z.literal('JWT'),
  Name: harmless,
  IdentitySource: z.tuple([z.literal('$request.header.Authorization')]),
  JwtConfiguration: z.strictObject({ Audience: strings.min(1), Issuer: z.string() }),
});

const routeSchema = z.strictObject({
  ApiId: z.string(),
  RouteKey: z
    .string()
    .regex(
      /^(\$default|(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (\/|(\/([^/{}+]+|\{[^/{}+]+\}))*(\/\{[^/{}+]+\+\})?))$/,
      'only $default, and a method and a path with {parameters}, is known to the local runtime',
    ),
  Target: z.string(),
  AuthorizationType: z.enum(['JWT', 'NONE']).default('NONE'),
  AuthorizerId: z.string().optional(),
  OperationName: harmless,
});

/** The types of resources that make up an HTTP API. */
export interface HttpApiResources {
  readonly apis: readonly Resource[];
  readonly stages: readonly Resource[];
  readonly integrations: readonly Resource[];
  readonly authorizers: readonly Resource[];
  readonly routes: readonly Resource[];
}

/** HTTP APIs with their routes, each joined to its function and its authorizer. */
export function readHttpApis(resources: HttpApiResources): HttpApi[] {
  const stages = resources.stages.map((stage) => parseProperties(stageSchema, stage));
  const integrations = new Map(
    resources.integrations.map((resource) => [
      `integrations/${resource.identity().ref}`,
      parseProperties(integrationSchema, resource).IntegrationUri,
    ]),
  );
  const authorizers = new Map(
    resources.authorizers.map((resource) => {
      const { JwtConfiguration } = parseProperties(authorizerSchema, resource);
      return [
        resource.identity().ref,
        { issuer: JwtConfiguration.Issuer, audience: JwtConfiguration.Audience },
      ];
    }),
  );
  const routes = resources.routes.map((resource) => ({
    resource,
    route: parseProperties(routeSchema, resource),
  }));
  return resources.apis.map((resource) => {
    const api = parseProperties(apiSchema, resource);
    const id = resource.identity().ref;
    const cors = api.CorsConfiguration;
    return {
      id,
      name: api.Name,
      cors: cors && {
        origins: cors.AllowOrigins,
        methods: cors.AllowMethods,
        headers: cors.AllowHeaders,
        exposed: cors.ExposeHeaders,
        maxAgeSeconds: cors.MaxAge,
      },
      stages: stages.flatMap(({ ApiId, StageName }) =>
        ApiId === id && StageName !== '$default' ? [StageName] : [],
      ),
      routes: routes
        .filter(({ route }) => route.ApiId === id)
        .map(({ resource: { where }, route }) => ({
          key: route.RouteKey,
          functionArn: found(integrations.get(route.Target), `${where}: Target ${route.Target}`),
          authorizer:
            route.AuthorizationType === 'JWT'
              ? found(authorizers.get(route.AuthorizerId ?? ''), `${where}: AuthorizerId`)
              : undefined,
        })),
    };
  });
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is not in the template.`);
  return value;
}
