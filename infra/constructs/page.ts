import { Aws, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginRequestPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  S3OriginAccessControl,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { CfnManagedLoginBranding, OAuthScope, UserPool } from 'aws-cdk-lib/aws-cognito';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Config } from '../config.ts';
import type { StorageStack } from '../storage-stack.ts';
import { acknowledge } from './nag-suppressions.ts';
import { accessMinutes, clientRules, refreshDays, signInOrigin } from './user-pool.ts';

/** The API's stage with this name puts it in front of every path: so the distribution needs no rule that rewrites one. */
export const pageStage = 'api';

export interface PageProps {
  readonly config: Config;
  readonly storage: Pick<StorageStack, 'tokens' | 'userPoolId' | 'bucket'>;
  readonly api: HttpApi;
}

/**
 * The page in a private bucket, and the API under the same origin, both behind CloudFront. `npx chirpsmith deploy` puts
 * the files there. In a stage with a user pool the page signs people in as a client of its own, which knows
 * the address that the distribution has.
 */
export class Page extends Construct {
  /** Clients whose tokens the API takes, beside those of the command line. */
  readonly audience: readonly string[];

  constructor(scope: Construct, id: string, { config, storage, api }: PageProps) {
    super(scope, id);
    const bucket = new Bucket(this, 'Files', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      encryption: BucketEncryption.S3_MANAGED,
      // CloudFormation deletes no bucket that holds anything: `npx chirpsmith destroy` does that when the stack is gone.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(
      bucket,
      'S1',
      'It holds the files of the page only, which everybody may read by its address.',
    );
    const headers = securityHeaders(this, config, storage);
    const { region, urlSuffix } = Stack.of(this);
    // CloudFront's names are of the whole account, not of a region.
    const name = `chirpsmith-${config.stage}-${region}`;
    const originAccessControl = new S3OriginAccessControl(this, 'Access', { originAccessControlName: name });
    const distribution = new Distribution(this, 'Distribution', {
      comment: `chirpsmith-${config.stage}`,
      defaultRootObject: 'index.html',
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_100,
      defaultBehavior: {
        // CDK's own class lacks a field that its interface has optional, by this project's compiler options.
        origin: S3BucketOrigin.withOriginAccessControl(bucket as IBucket, {
          originId: 'files',
          originAccessControl,
        }),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        responseHeadersPolicy: headers,
      },
      additionalBehaviors: {
        [`/${pageStage}/*`]: {
          origin: new HttpOrigin(`${api.apiId}.execute-api.${region}.${urlSuffix}`, { originId: 'api' }),
          allowedMethods: AllowedMethods.ALLOW_ALL,
          viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
          cachePolicy: CachePolicy.CACHING_DISABLED,
          originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
          responseHeadersPolicy: headers,
        },
      },
    });
    const reasons = {
      CFR1: 'Who may use a stage is said by its issuer, not by the country that a person is in.',
      CFR2: 'A web application firewall costs more each month than all the rest of an idle stage.',
      CFR3: 'The API writes a line for each of its requests; the files of the page are no secret.',
      CFR4: 'The certificate of cloudfront.net lets nobody choose the TLS version; a domain of one’s own would.',
    };
    for (const [rule, reason] of Object.entries(reasons)) acknowledge(distribution, rule, reason);

    const url = `https://${distribution.distributionDomainName}`;
    const ownClient = config.tokens === undefined ? this.#client(config, storage.userPoolId, url) : undefined;
    this.audience = ownClient === undefined ? [] : [ownClient];
    const tell = (name: string, value: string) =>
      new CfnOutput(this, name, { value }).overrideLogicalId(name);
    tell('PageUrl', url);
    tell('PageBucketName', bucket.bucketName);
    tell('PageClientId', ownClient ?? storage.tokens.audience[0] ?? '');
  }

  /** A public client of the stage's user pool (authorization code with PKCE). */
  #client(config: Config, userPoolId: string | undefined, url: string): string {
    if (userPoolId === undefined) throw new Error('The stage has neither an issuer nor a user pool.');
    const pool = UserPool.fromUserPoolId(this, 'People', userPoolId);
    const client = pool.addClient('Client', {
      ...clientRules,
      userPoolClientName: `chirpsmith-${config.stage}-page`,
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL],
        callbackUrls: [`${url}/`],
      },
      accessTokenValidity: Duration.minutes(accessMinutes),
      idTokenValidity: Duration.minutes(accessMinutes),
      refreshTokenValidity: Duration.days(refreshDays),
    });
    // Without a style the page to sign in at is not there.
    new CfnManagedLoginBranding(this, 'SignInPage', {
      userPoolId,
      clientId: client.userPoolClientId,
      useCognitoProvidedValues: true,
    });
    return client.userPoolClientId;
  }
}

/** What a browser lets the page do: its own files, the API under its own origin, the issuer, and the bucket of audio. */
function securityHeaders(
  scope: Construct,
  config: Config,
  { tokens, bucket }: Pick<StorageStack, 'tokens' | 'bucket'>,
): ResponseHeadersPolicy {
  const issuers =
    config.tokens === undefined
      ? [`https://cognito-idp.${Aws.REGION}.${Aws.URL_SUFFIX}`, signInOrigin(config)]
      : [new URL(tokens.issuer).origin];
  // As signed URLs name it. Files that were not sent yet are played as `blob:`, out of the browser's own memory.
  const audio = `https://${bucket.bucketName}.s3.${Aws.REGION}.${Aws.URL_SUFFIX}`;
  const policy = {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    'img-src': ["'self'"],
    'connect-src': ["'self'", ...issuers, audio],
    'media-src': ['blob:', audio],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
  };
  return new ResponseHeadersPolicy(scope, 'Headers', {
    responseHeadersPolicyName: `chirpsmith-${config.stage}-${Stack.of(scope).region}`,
    securityHeadersBehavior: {
      contentSecurityPolicy: {
        contentSecurityPolicy: Object.entries(policy)
          .map(([name, sources]) => `${name} ${sources.join(' ')}`)
          .join('; '),
        override: true,
      },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
      referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
      strictTransportSecurity: { accessControlMaxAge: Duration.days(365), override: true },
    },
    customHeadersBehavior: {
      customHeaders: [{ header: 'cross-origin-opener-policy', value: 'same-origin', override: true }],
    },
  });
}
