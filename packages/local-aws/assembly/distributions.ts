import { z } from 'zod';
import type { Bucket, Distribution, HttpApi } from './model.ts';
import { parseProperties, type Resource } from './resource.ts';

/** A property that changes nothing for what runs on this machine. */
const harmless = z.unknown().optional();

/** CloudFront's own policies, by the ids that it documents. */
const managed = {
  cachingOptimized: '658327ea-f89d-4fab-a63d-7e88639e58f6',
  cachingDisabled: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
  allViewerExceptHostHeader: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
} as const;

const behaviorFields = {
  TargetOriginId: z.string(),
  ResponseHeadersPolicyId: z.string(),
  AllowedMethods: z.array(z.string()).default(['GET', 'HEAD']),
  // Loopback has no TLS, and files are read anew for each answer.
  ViewerProtocolPolicy: harmless,
  CachePolicyId: z.enum([managed.cachingOptimized, managed.cachingDisabled]),
  OriginRequestPolicyId: z.literal(managed.allViewerExceptHostHeader).optional(),
  Compress: harmless,
};

const originSchema = z.strictObject({
  Id: z.string(),
  DomainName: z.string(),
  OriginAccessControlId: z.string().optional(),
  S3OriginConfig: z.strictObject({ OriginAccessIdentity: z.literal('') }).optional(),
  CustomOriginConfig: z
    .strictObject({ OriginProtocolPolicy: z.literal('https-only'), OriginSSLProtocols: harmless })
    .optional(),
});

const distributionSchema = z.strictObject({
  DistributionConfig: z.strictObject({
    Enabled: z.literal(true),
    DefaultRootObject: z.string(),
    DefaultCacheBehavior: z.strictObject(behaviorFields),
    CacheBehaviors: z
      .array(
        z.strictObject({
          ...behaviorFields,
          PathPattern: z
            .string()
            .regex(/^\/[\w-]+\/\*$/, 'only all below one folder, /name/*, is known to the local runtime'),
        }),
      )
      .default([]),
    Origins: z.array(originSchema),
    Comment: harmless,
    HttpVersion: harmless,
    IPV6Enabled: harmless,
    PriceClass: harmless,
  }),
  Tags: harmless,
});

const override = { Override: z.literal(true) };
const headersSchema = z.strictObject({
  ResponseHeadersPolicyConfig: z.strictObject({
    Name: harmless,
    Comment: harmless,
    CustomHeadersConfig: z
      .strictObject({
        Items: z.array(z.strictObject({ Header: z.string(), Value: z.string(), ...override })),
      })
      .optional(),
    SecurityHeadersConfig: z
      .strictObject({
        ContentSecurityPolicy: z.strictObject({ ContentSecurityPolicy: z.string(), ...override }).optional(),
        ContentTypeOptions: z.strictObject(override).optional(),
        FrameOptions: z.strictObject({ FrameOption: z.string(), ...override }).optional(),
        ReferrerPolicy: z.strictObject({ ReferrerPolicy: z.string(), ...override }).optional(),
        StrictTransportSecurity: z
          .strictObject({ AccessControlMaxAgeSec: z.number(), ...override })
          .optional(),
      })
      .optional(),
  }),
});

const controlSchema = z.strictObject({
  OriginAccessControlConfig: z.strictObject({
    Name: harmless,
    OriginAccessControlOriginType: z.literal('s3'),
    SigningBehavior: z.literal('always'),
    SigningProtocol: z.literal('sigv4'),
  }),
});

export interface DistributionResources {
  readonly distributions: readonly Resource[];
  readonly headers: readonly Resource[];
  readonly controls: readonly Resource[];
  readonly buckets: readonly Bucket[];
  readonly apis: readonly HttpApi[];
  /** Which distributions may read which objects, by the buckets' policies. */
  readonly readers: readonly { readonly distribution: string; readonly objects: string }[];
  readonly region: string;
  readonly account: string;
}

/** Distributions, each behavior joined to its bucket or API and to its headers. */
export function readDistributions(resources: DistributionResources): Distribution[] {
  const { account } = resources;
  const headers = new Map(resources.headers.map((policy) => [policy.identity().ref, headersOf(policy)]));
  const controls = new Set(
    resources.controls.map((control) => {
      parseProperties(controlSchema, control);
      return control.identity().ref;
    }),
  );
  return resources.distributions.map((resource) => {
    const { DistributionConfig: config } = parseProperties(distributionSchema, resource);
    const arn = `arn:aws:cloudfront::${account}:distribution/${resource.identity().ref}`;
    const problem = (text: string) => new Error(`${resource.where}: ${text}.`);
    const originOf = (id: string): Distribution['behaviors'][number]['origin'] => {
      const origin = config.Origins.find(({ Id }) => Id === id);
      if (!origin) throw problem(`TargetOriginId: there is no origin ${id}`);
      const api = resources.apis.find((one) => origin.DomainName === hostOf(one, resources.region));
      if (api) return { api: api.id };
      const bucket = resources.buckets.find(({ name }) => origin.DomainName.startsWith(`${name}.s3.`));
      if (!bucket)
        throw problem(`Origins: ${origin.DomainName} is neither an API nor a bucket of the template`);
      if (!controls.has(origin.OriginAccessControlId ?? '')) {
        throw problem(
          `Origins: ${origin.DomainName} has no origin access control, so S3 would refuse each request`,
        );
      }
      const reads = resources.readers.some(
        (reader) => reader.distribution === arn && reader.objects === `${bucket.arn}/*`,
      );
      if (!reads)
        throw problem(`Origins: no policy of the bucket ${bucket.name} lets the distribution read it`);
      return { bucket: bucket.name };
    };
    const all = [...config.CacheBehaviors, { ...config.DefaultCacheBehavior, PathPattern: undefined }];
    return {
      arn,
      root: config.DefaultRootObject,
      behaviors: all.map((behavior) => {
        const policy = headers.get(behavior.ResponseHeadersPolicyId);
        if (!policy)
          throw problem(
            `ResponseHeadersPolicyId: ${behavior.ResponseHeadersPolicyId} is not in the template`,
          );
        return {
          pattern: behavior.PathPattern,
          origin: originOf(behavior.TargetOriginId),
          methods: behavior.AllowedMethods,
          headers: policy,
        };
      }),
    };
  });
}

const hostOf = ({ id }: HttpApi, region: string) => `${id}.execute-api.${region}.amazonaws.com`;

function headersOf(resource: Resource): Record<string, string> {
  const { ResponseHeadersPolicyConfig: config } = parseProperties(headersSchema, resource);
  const {
    ContentSecurityPolicy: content,
    ContentTypeOptions: type,
    FrameOptions: frame,
    ReferrerPolicy: referrer,
    StrictTransportSecurity: transport,
  } = config.SecurityHeadersConfig ?? {};
  return {
    ...(content && { 'content-security-policy': content.ContentSecurityPolicy }),
    ...(type && { 'x-content-type-options': 'nosniff' }),
    ...(frame && { 'x-frame-options': frame.FrameOption }),
    ...(referrer && { 'referrer-policy': referrer.ReferrerPolicy }),
    ...(transport && { 'strict-transport-security': `max-age=${transport.AccessControlMaxAgeSec}` }),
    ...Object.fromEntries(
      (config.CustomHeadersConfig?.Items ?? []).map(({ Header, Value }) => [Header.toLowerCase(), Value]),
    ),
  };
}
