import { z } from 'zod';
import type { Role, Statement } from './model.ts';
import { attribute, parseProperties, type Resource } from './resource.ts';

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const documentSchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Id: z.unknown().optional(),
  Statement: z.array(
    z.strictObject({
      Sid: z.unknown().optional(),
      Effect: z.enum(['Allow', 'Deny']),
      Action: oneOrMore,
      Resource: oneOrMore,
      Condition: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
});

const trustSchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Statement: z.array(
    z.strictObject({
      Sid: z.unknown().optional(),
      Effect: z.literal('Allow'),
      Action: z.literal('sts:AssumeRole'),
      Principal: z.strictObject({ Service: oneOrMore }),
    }),
  ),
});

const policySchema = z.strictObject({
  PolicyName: z.unknown().optional(),
  PolicyDocument: documentSchema,
  Roles: z.array(z.string()),
});

const roleSchema = z.strictObject({
  RoleName: z.string().optional(),
  AssumeRolePolicyDocument: trustSchema,
  ManagedPolicyArns: z.array(z.string()).default([]),
  Policies: z
    .array(z.strictObject({ PolicyName: z.unknown().optional(), PolicyDocument: documentSchema }))
    .default([]),
  Description: z.unknown().optional(),
  Tags: z.unknown().optional(),
});

/** What AWS's own managed policies allow, of those that CDK attaches by default. */
const managedPolicies: Readonly<Record<string, readonly Statement[]>> = {
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': [
    {
      effect: 'Allow',
      actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: ['*'],
      conditions: {},
    },
  ],
};

/** The roles with all statements of their inline, attached and managed policies. */
export function readRoles(roles: readonly Resource[], policies: readonly Resource[]): Role[] {
  const attached = new Map<string, Statement[]>();
  const names = new Set(roles.map((role) => role.identity().ref));
  for (const policy of policies) {
    const { PolicyDocument, Roles } = parseProperties(policySchema, policy);
    for (const role of Roles) {
      if (!names.has(role)) throw new Error(`${policy.where}: Roles: no role of the template is ${role}.`);
      attached.set(role, [...(attached.get(role) ?? []), ...statementsOf(PolicyDocument)]);
    }
  }
  return roles.map((role) => {
    const { AssumeRolePolicyDocument, ManagedPolicyArns, Policies } = parseProperties(roleSchema, role);
    const managed = ManagedPolicyArns.flatMap((arn) => {
      const statements = managedPolicies[arn];
      if (!statements) {
        throw new Error(`${role.where}: ManagedPolicyArns: ${arn} is not known to the local runtime.`);
      }
      return statements;
    });
    return {
      arn: attribute(role, 'Arn'),
      name: role.path,
      assumedBy: AssumeRolePolicyDocument.Statement.flatMap(({ Principal }) => Principal.Service),
      statements: [
        ...Policies.flatMap(({ PolicyDocument }) => statementsOf(PolicyDocument)),
        ...(attached.get(role.identity().ref) ?? []),
        ...managed,
      ],
    };
  });
}

function statementsOf(document: z.infer<typeof documentSchema>): Statement[] {
  return document.Statement.map((statement) => ({
    effect: statement.Effect,
    actions: statement.Action,
    resources: statement.Resource,
    conditions: statement.Condition,
  }));
}

/** Denies that demand TLS: all is plain HTTP on loopback here, so nothing could be held to them. */
const demandsTls = z.strictObject({
  Sid: z.unknown().optional(),
  Effect: z.literal('Deny'),
  Action: z.literal('s3:*'),
  Principal: z.unknown(),
  Resource: z.unknown(),
  Condition: z.union([
    z.strictObject({ Bool: z.strictObject({ 'aws:SecureTransport': z.literal('false') }) }),
    z.strictObject({ NumericLessThan: z.strictObject({ 's3:TlsVersion': z.number() }) }),
  ]),
});

/** Delivery of access logs, which nothing here writes. */
const takesAccessLogs = z.strictObject({
  Sid: z.unknown().optional(),
  Effect: z.literal('Allow'),
  Action: z.literal('s3:PutObject'),
  Principal: z.strictObject({ Service: z.literal('logging.s3.amazonaws.com') }),
  Resource: z.unknown(),
  Condition: z.unknown().optional(),
});

/** A distribution that reads the files of a page. */
const letsDistributionRead = z.strictObject({
  Sid: z.unknown().optional(),
  Effect: z.literal('Allow'),
  Action: z.literal('s3:GetObject'),
  Principal: z.strictObject({ Service: z.literal('cloudfront.amazonaws.com') }),
  Resource: z.string(),
  Condition: z.strictObject({ StringEquals: z.strictObject({ 'AWS:SourceArn': z.string() }) }),
});

const bucketPolicySchema = z.strictObject({
  Bucket: z.string(),
  PolicyDocument: z.strictObject({
    Version: z.literal('2012-10-17'),
    Statement: z.array(
      z.union([demandsTls, takesAccessLogs, letsDistributionRead], {
        error:
          'only demands for TLS, the delivery of access logs and the reading by a distribution are known to the local runtime',
      }),
    ),
  }),
});

/**
 * Accepts a bucket policy only if leaving it out changes nothing on this machine, or it is kept here.
 * @returns which distributions may read which objects, as ARNs
 */
export function readBucketPolicy(
  policy: Resource,
): { readonly distribution: string; readonly objects: string }[] {
  return parseProperties(bucketPolicySchema, policy).PolicyDocument.Statement.flatMap((statement) => {
    const reads = letsDistributionRead.safeParse(statement).data;
    return reads === undefined
      ? []
      : [{ distribution: reads.Condition.StringEquals['AWS:SourceArn'], objects: reads.Resource }];
  });
}
