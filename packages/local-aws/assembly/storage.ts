import { z } from 'zod';
import type { Bucket, Secret, Table } from './model.ts';
import { attribute, parseProperties, type Resource } from './resource.ts';

/** A property that changes nothing for what runs on this machine. */
const harmless = z.unknown().optional();

const bucketSchema = z.strictObject({
  BucketName: z.string().optional(),
  VersioningConfiguration: z.strictObject({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
  CorsConfiguration: z
    .strictObject({
      CorsRules: z.array(
        z.strictObject({
          AllowedOrigins: z.array(z.string()),
          AllowedMethods: z.array(z.string()),
          AllowedHeaders: z.array(z.string()).default([]),
          ExposedHeaders: z.array(z.string()).default([]),
          MaxAge: harmless,
          Id: harmless,
        }),
      ),
    })
    .optional(),
  // Everything to the default bus of EventBridge; to functions, queues and topics nothing.
  NotificationConfiguration: z
    .strictObject({
      EventBridgeConfiguration: z.strictObject({ EventBridgeEnabled: z.boolean().default(true) }).optional(),
    })
    .optional(),
  BucketEncryption: harmless,
  LifecycleConfiguration: harmless,
  LoggingConfiguration: harmless,
  OwnershipControls: harmless,
  // The local bucket admits signed requests only.
  PublicAccessBlockConfiguration: harmless,
  Tags: harmless,
});

/** The bucket as the S3 stand-in serves it. */
export function readBucket(resource: Resource): Bucket {
  const bucket = parseProperties(bucketSchema, resource);
  return {
    name: resource.identity().ref,
    arn: attribute(resource, 'Arn'),
    versioned: bucket.VersioningConfiguration?.Status === 'Enabled',
    eventBridge: bucket.NotificationConfiguration?.EventBridgeConfiguration?.EventBridgeEnabled ?? false,
    corsRules: (bucket.CorsConfiguration?.CorsRules ?? []).map((rule) => ({
      origins: rule.AllowedOrigins,
      methods: rule.AllowedMethods,
      headers: rule.AllowedHeaders,
      exposed: rule.ExposedHeaders,
    })),
  };
}

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

const tableFields = {
  TableName: z.string().optional(),
  KeySchema: keySchema,
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        IndexName: z.string(),
        KeySchema: keySchema,
        Projection: z.strictObject({
          ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
          NonKeyAttributes: z.array(z.string()).optional(),
        }),
      }),
    )
    .optional(),
  BillingMode: z.literal('PAY_PER_REQUEST'),
  // Expiry is read off, not carried out: DynamoDB deletes late too, so readers filter what has expired.
  TimeToLiveSpecification: z.strictObject({ AttributeName: z.string(), Enabled: z.literal(true) }).optional(),
  SSESpecification: harmless,
};

const tableSchema = z.strictObject({
  ...tableFields,
  PointInTimeRecoverySpecification: harmless,
  DeletionProtectionEnabled: harmless,
  ContributorInsightsSpecification: harmless,
  TableClass: harmless,
  Tags: harmless,
});

const globalTableSchema = z.strictObject({
  ...tableFields,
  Replicas: z
    .array(
      z.strictObject({
        Region: z.string(),
        PointInTimeRecoverySpecification: harmless,
        DeletionProtectionEnabled: harmless,
        ContributorInsightsSpecification: harmless,
        TableClass: harmless,
        Tags: harmless,
      }),
    )
    .length(1),
});

/** The table, with the input that creates it. */
export function readTable(resource: Resource): Table {
  const table =
    resource.type === 'AWS::DynamoDB::GlobalTable'
      ? parseProperties(globalTableSchema, resource)
      : parseProperties(tableSchema, resource);
  return {
    name: resource.identity().ref,
    arn: attribute(resource, 'Arn'),
    create: {
      KeySchema: table.KeySchema,
      AttributeDefinitions: table.AttributeDefinitions,
      ...(table.GlobalSecondaryIndexes && { GlobalSecondaryIndexes: table.GlobalSecondaryIndexes }),
      BillingMode: table.BillingMode,
    },
    ttlAttribute: table.TimeToLiveSpecification?.AttributeName,
  };
}

const secretSchema = z.strictObject({
  Name: z.string().optional(),
  // The local stack generates the value, or takes it from its options.
  GenerateSecretString: harmless,
  Description: harmless,
  Tags: harmless,
});

/** The secret's name and ARN; its value is never in a template. */
export function readSecret(resource: Resource): Secret {
  parseProperties(secretSchema, resource);
  const arn = attribute(resource, 'Id');
  return { name: arn.replace(/^.*:secret:/, '').replace(/-[^-]{6}$/, ''), arn };
}
