import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { configurations } from './configurations.ts';
import { origins, propertiesOf, synthesized, tuned } from './synthesized.ts';

const { storage } = synthesized(tuned);

const page = 'https://*.cloudfront.net';

describe('the storage stack', () => {
  test('keeps its data when it is deleted or a resource is replaced', () => {
    for (const type of ['AWS::S3::Bucket', 'AWS::DynamoDB::Table']) {
      storage.allResources(type, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    }
    storage.allResources('AWS::SecretsManager::Secret', { UpdateReplacePolicy: 'Retain' });
  });

  test('deletes its secrets, which have names, when their creation is rolled back, and keeps them otherwise', () => {
    storage.allResources('AWS::SecretsManager::Secret', { DeletionPolicy: 'RetainExceptOnCreate' });
  });

  test('closes the audio bucket to the public, and to everything but TLS', () => {
    storage.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
    storage.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]),
      },
    });
  });

  test('keeps replaced files for a week, expires audio after its retention, and drops half uploads', () => {
    storage.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: [
          {
            Id: 'end-of-audio',
            Status: 'Enabled',
            ExpirationInDays: 45,
            NoncurrentVersionExpiration: { NoncurrentDays: 7 },
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
          },
          { Id: 'leftover-markers', Status: 'Enabled', ExpiredObjectDeleteMarker: true },
        ],
      },
    });
  });

  test('lets the configured origins put files and get music, and the page, wherever CloudFront has it', () => {
    const [bucket] = Object.values(propertiesOf(storage, 'AWS::S3::Bucket'));
    expect(bucket?.CorsConfiguration).toEqual({
      CorsRules: [
        {
          AllowedMethods: ['PUT', 'GET', 'HEAD'],
          AllowedOrigins: [...origins, page],
          AllowedHeaders: ['content-type', 'x-amz-checksum-sha256'],
          ExposedHeaders: ['etag'],
          MaxAge: 3600,
        },
      ],
    });
  });

  test('lets the page in alone when no origin is configured', () => {
    const [bucket] = Object.values(propertiesOf(synthesized().storage, 'AWS::S3::Bucket'));
    expect(bucket?.CorsConfiguration).toMatchObject({ CorsRules: [{ AllowedOrigins: [page] }] });
  });

  test('writes down who asks for audio only where that is switched on, in a bucket that empties itself in three days', () => {
    const off = Object.values(propertiesOf(storage, 'AWS::S3::Bucket'));
    expect(off.map((bucket) => bucket.LoggingConfiguration)).toEqual([undefined]);
    const on = synthesized(configurations['everything on']).storage;
    const buckets = propertiesOf(on, 'AWS::S3::Bucket');
    const [logs = ''] = Object.keys(buckets).filter((id) => id.startsWith('AccessLogs'));
    expect(buckets[logs]).toMatchObject({
      LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 3 }] },
      PublicAccessBlockConfiguration: { BlockPublicPolicy: true },
    });
    on.hasResourceProperties('AWS::S3::Bucket', {
      LoggingConfiguration: { DestinationBucketName: { Ref: logs }, LogFilePrefix: 'audio/' },
    });
    on.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: logs },
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: 's3:PutObject', Principal: { Service: 'logging.s3.amazonaws.com' } }),
        ]),
      },
    });
    on.hasOutput('AccessLogBucketName', { Value: { Ref: logs } });
  });

  test('has a session table that bills by use, recovers to any second, expires records and cannot be dropped', () => {
    storage.hasResourceProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      DeletionProtectionEnabled: true,
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byOwner',
          KeySchema: [
            { AttributeName: 'owner', KeyType: 'HASH' },
            { AttributeName: 'createdAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
        {
          IndexName: 'underWay',
          KeySchema: [
            { AttributeName: 'underWay', KeyType: 'HASH' },
            { AttributeName: 'updatedAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    });
  });

  test("carries no key of the provider, only the secret's name", () => {
    const secrets = Object.values(propertiesOf(storage, 'AWS::SecretsManager::Secret'));
    expect(secrets.map(({ Name }) => Name)).toEqual(['chirpsmith/local/provider-key']);
    for (const secret of secrets) expect(secret).not.toHaveProperty('SecretString');
  });
});
