import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnDomainName } from 'aws-cdk-lib/aws-apigatewayv2';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket, HttpMethods } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Config, Domain, TokenRules } from './config.ts';
import { acknowledge } from './constructs/nag-suppressions.ts';
import { People } from './constructs/user-pool.ts';

const ownerIndex = 'byOwner';
const underWayIndex = 'underWay';

/** Days that a replaced or deleted version of a file can still be brought back. */
const noncurrentDays = 7;

/** Days that S3's access logs are kept: enough to look at a run, and each signed URL in them has expired long before. */
const accessLogDays = 3;

/**
 * What must outlive any deployment: the audio, the record, the provider's key and the people. Everything here is
 * kept when the stack goes, and so has names of AWS's making, so that a kept one does not block a new one.
 */
/**
 * Where the page is. The distribution is in another stack, which is made after this one, and its name is not known before:
 * a page elsewhere at CloudFront has no signed URL.
 */
const pageOrigins = 'https://*.cloudfront.net';

export class StorageStack extends Stack {
  readonly bucket: Bucket;
  readonly table: Table;
  readonly providerKey: Secret;
  /** What the API asks of a token: of the configured issuer, or of the stage's own user pool. */
  readonly tokens: TokenRules;
  /** Of the stage's own user pool; the local stage has none. */
  readonly userPoolId: string | undefined;

  constructor(scope: Construct, id: string, props: StackProps & { config: Config }) {
    super(scope, id, {
      ...props,
      description: 'Chirpsmith: audio, session records, the key of the provider',
    });
    const { config } = props;

    this.bucket = new Bucket(this, 'Audio', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      encryption: BucketEncryption.S3_MANAGED,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      // Browsers put audio straight into the bucket, by signed URLs; the signature is what lets them in.
      cors: [
        {
          // PUT for audio, GET and HEAD for the links to music.
          allowedMethods: [HttpMethods.PUT, HttpMethods.GET, HttpMethods.HEAD],
          allowedOrigins: [...config.allowedOrigins, pageOrigins],
          allowedHeaders: ['content-type', 'x-amz-checksum-sha256'],
          exposedHeaders: ['etag'],
          maxAge: 3600,
        },
      ],
      lifecycleRules: [
        {
          id: 'end-of-audio',
          expiration: Duration.days(config.audioDays),
          noncurrentVersionExpiration: Duration.days(noncurrentDays),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
        // The delete marker of an expired file, once its last version is gone. Days cannot go with it.
        { id: 'leftover-markers', expiredObjectDeleteMarker: true },
      ],
    });
    tellEventBridge(this.bucket);
    const accessLogs = config.accessLogs ? writeAccessLogs(this, this.bucket) : undefined;
    if (!accessLogs) {
      acknowledge(
        this.bucket,
        'S1',
        'Server access logs hold the whole request line, and with it the signature of every presigned URL.',
      );
    }

    this.table = new Table(this, 'Sessions', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expiresAt',
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: ownerIndex,
      partitionKey: { name: 'owner', type: AttributeType.STRING },
      sortKey: { name: 'createdAt', type: AttributeType.STRING },
      projectionType: ProjectionType.ALL,
    });
    // Sparse: only a session under way, or one that waits for its start, has the attribute; a sweep reads just those.
    this.table.addGlobalSecondaryIndex({
      indexName: underWayIndex,
      partitionKey: { name: 'underWay', type: AttributeType.STRING },
      sortKey: { name: 'updatedAt', type: AttributeType.STRING },
      projectionType: ProjectionType.ALL,
    });

    this.providerKey = providerKeySecret(this, config);
    // Also with another issuer: what it exports may not go while the deployed service imports it, and idle it costs nothing.
    const people = config.stage === 'local' ? undefined : new People(this, 'People', { config });
    for (const value of people?.exported ?? []) this.exportValue(value);
    const tokens = config.tokens ?? people?.tell();
    if (!tokens) throw new Error('The local stage needs an issuer: jwtIssuer.');
    this.tokens = tokens;
    this.userPoolId = people?.userPoolId;
    new CfnOutput(this, 'TokenIssuer', { value: this.tokens.issuer });

    if (config.domain) apiDomain(this, config.domain);
    new CfnOutput(this, 'AudioBucketName', { value: this.bucket.bucketName });
    if (accessLogs) new CfnOutput(this, 'AccessLogBucketName', { value: accessLogs.bucketName });
    new CfnOutput(this, 'SessionTableName', { value: this.table.tableName });
    new CfnOutput(this, 'ProviderSecretArn', { value: this.providerKey.secretArn });
  }

  /** ARN of the index by owner. */
  get ownerIndexArn(): string {
    return `${this.table.tableArn}/index/${ownerIndex}`;
  }

  /** ARN of the index of sessions under way. */
  get underWayIndexArn(): string {
    return `${this.table.tableArn}/index/${underWayIndex}`;
  }

  /**
   * ARN of the objects whose keys match, for another stack's policy. Imported by hand, under the name that
   * CDK would choose, because a finding on a wildcard is acknowledged by the ARN as the template has it.
   */
  readonly objectsArn = (keys: string): string => `${this.exportValue(this.bucket.bucketArn)}/${keys}`;
}

/**
 * Has S3 write down each request to a bucket, in another one. That stays when logs are switched off, since CloudFormation deletes no bucket that
 * holds anything; its own rule empties it.
 */
function writeAccessLogs(scope: Construct, audio: Bucket): Bucket {
  const bucket = new Bucket(scope, 'AccessLogs', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    encryption: BucketEncryption.S3_MANAGED,
    removalPolicy: RemovalPolicy.RETAIN,
    lifecycleRules: [{ id: 'end-of-logs', expiration: Duration.days(accessLogDays) }],
  });
  acknowledge(bucket, 'S1', 'It holds the access logs: a log of who writes them would never end.');
  const prefix = 'audio/';
  bucket.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('logging.s3.amazonaws.com')],
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects(`${prefix}*`)],
      conditions: {
        ArnLike: { 'aws:SourceArn': audio.bucketArn },
        StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
      },
    }),
  );
  cfnOf(audio).loggingConfiguration = { destinationBucketName: bucket.bucketName, logFilePrefix: prefix };
  return bucket;
}

/**
 * The API's own address. It is here, so that the DNS record, which names its target, stays right when the service is
 * removed and deployed again. No export is of it: one that is imported could not go any more.
 */
function apiDomain(scope: Construct, { name, certificateArn }: Domain): void {
  const domain = new CfnDomainName(scope, 'ApiDomain', {
    domainName: name,
    domainNameConfigurations: [{ certificateArn, endpointType: 'REGIONAL', securityPolicy: 'TLS_1_2' }],
  });
  new CfnOutput(scope, 'ApiDomainTarget', { value: domain.attrRegionalDomainName });
}

/** Made with a random value, which nobody accepts; a person puts the real key in its place, and finds it by its name. */
function providerKeySecret(scope: Construct, { stage }: Config): Secret {
  const secret = new Secret(scope, 'ProviderKey', {
    secretName: `chirpsmith/${stage}/provider-key`,
    description: 'API key of the provider, as plain text',
    // A first deployment that is rolled back deletes it: its name would block the second try.
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  acknowledge(secret, 'SMG4', 'The provider issues the key by hand and has no call to rotate it.');
  return secret;
}

/** Every object that is put or deleted. CDK's own `eventBridgeEnabled` would do it by a program in the stack. */
function tellEventBridge(bucket: Bucket): void {
  cfnOf(bucket).notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
}

function cfnOf({ node: { defaultChild: bucket } }: Bucket): CfnBucket {
  if (!(bucket instanceof CfnBucket)) throw new Error('CDK makes a bucket of something else than it did.');
  return bucket;
}
