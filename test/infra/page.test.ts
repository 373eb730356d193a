import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { configurations } from './configurations.ts';
import { configured, propertiesOf, synthesized } from './synthesized.ts';

const headersSchema = z.object({
  ResponseHeadersPolicyConfig: z.object({
    SecurityHeadersConfig: z.object({
      ContentSecurityPolicy: z.object({ ContentSecurityPolicy: z.unknown() }),
    }),
  }),
});

/** The policy of the page as a browser reads it, with references by their names. */
function contentPolicy(config = configurations.dev): string {
  const [policy] = Object.values(
    propertiesOf(synthesized(config).service, 'AWS::CloudFront::ResponseHeadersPolicy'),
  );
  const { SecurityHeadersConfig } = headersSchema.parse(policy).ResponseHeadersPolicyConfig;
  const text = SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy;
  if (typeof text === 'string') return text;
  const { 'Fn::Join': join } = z
    .object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) })
    .parse(text);
  return join[1]
    .map((part) =>
      typeof part === 'string'
        ? part
        : Object(part)['Fn::ImportValue'] === undefined
          ? `<${Object(part).Ref}>`
          : '<AUDIO>',
    )
    .join('');
}

describe('the page', () => {
  const { service } = synthesized(configurations.dev);

  test('lies in a bucket that nobody but the distribution reads', () => {
    service.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true },
    });
    service.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: 's3:GetObject',
            Principal: { Service: 'cloudfront.amazonaws.com' },
            Condition: { StringEquals: { 'AWS:SourceArn': Match.anyValue() } },
          }),
        ]),
      },
    });
  });

  test('has the API under its own origin, which is never answered from a cache', () => {
    service.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        DefaultRootObject: 'index.html',
        CacheBehaviors: [
          {
            PathPattern: '/api/*',
            TargetOriginId: 'api',
            // CloudFront's CachingDisabled, and AllViewerExceptHostHeader (documented).
            CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
            OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
          },
        ],
      },
    });
    const stages = Object.values(propertiesOf(service, 'AWS::ApiGatewayV2::Stage'));
    expect(stages.map(({ StageName }) => StageName)).toEqual(['$default', 'api']);
  });

  test('runs its own scripts and styles only, and reaches its own origin, the issuer and the bucket of audio only', () => {
    const own =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ISSUERS AUDIO; media-src blob: AUDIO; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    const pool =
      'https://cognito-idp.<AWS::Region>.<AWS::URLSuffix> ' +
      'https://chirpsmith-dev-<AWS::AccountId>.auth.<AWS::Region>.amazoncognito.com';
    const bucket = 'https://<AUDIO>.s3.<AWS::Region>.<AWS::URLSuffix>';
    const policyFor = (issuers: string) => own.replaceAll('AUDIO', bucket).replace('ISSUERS', issuers);
    expect(contentPolicy().replaceAll('us-east-1', '<AWS::Region>')).toBe(policyFor(pool));
    expect(contentPolicy(configurations['another issuer'])).toBe(policyFor('https://id.example.com'));
    expect(contentPolicy(configured())).toBe(policyFor('https://issuer.chirpsmith.local'));
  });

  test('signs people in as a client of its own, which knows its address; with another issuer as the first of the audience', () => {
    service.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      GenerateSecret: false,
      AllowedOAuthFlows: ['code'],
      CallbackURLs: [
        {
          'Fn::Join': [
            '',
            ['https://', { 'Fn::GetAtt': [Match.stringLikeRegexp('^PageDistribution'), 'DomainName'] }, '/'],
          ],
        },
      ],
    });
    const clientOf = (config = configurations.dev) =>
      synthesized(config).service.findOutputs('PageClientId').PageClientId?.Value;
    expect(clientOf()).toEqual({ Ref: expect.stringMatching(/^PagePeopleClient/) });
    expect(clientOf(configurations['another issuer'])).toBe('app');
  });
});
