import { readFunctions, readMachine } from './assembly/compute.ts';
import { readDistributions } from './assembly/distributions.ts';
import { readAsynchronousInvocation, readBuses, readRule } from './assembly/events.ts';
import { readHttpApis } from './assembly/http-apis.ts';
import { createResolver } from './assembly/intrinsics.ts';
import type { Assembly, Role } from './assembly/model.ts';
import { readBucketPolicy, readRoles } from './assembly/policies.ts';
import { readQueues } from './assembly/queues.ts';
import type { Resource } from './assembly/resource.ts';
import { readBucket, readSecret, readTable } from './assembly/storage.ts';
import { readTemplates, type TemplateStack } from './assembly/template.ts';

export type * from './assembly/model.ts';

/** Where the template leaves region and account open. */
const home = { region: 'us-east-1', account: '123456789012' };

/**
 * Resource types ignored on purpose: logs go to the terminal, and alarms and dashboards are of no use locally. The API
 * is at a port, not at a DNS name.
 */
const ignoredTypes = [
  'AWS::ApiGatewayV2::ApiMapping',
  'AWS::ApiGatewayV2::DomainName',
  'AWS::CDK::Metadata',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Logs::LogGroup',
];

const knownTypes = [
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Authorizer',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::CloudFront::Distribution',
  'AWS::CloudFront::OriginAccessControl',
  'AWS::CloudFront::ResponseHeadersPolicy',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::Events::EventBus',
  'AWS::Events::Rule',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::SecretsManager::Secret',
  'AWS::StepFunctions::StateMachine',
] as const;

/**
 * Reads a synthesized cloud assembly: all its stacks, as one.
 * Throws an error that names stack, logical id, type and field for anything that it does not know.
 */
export function readAssembly(directory: string): Assembly {
  const stacks = readTemplates(directory);
  const region = onlyOne('region', stacks, home.region);
  const account = onlyOne('account', stacks, home.account);
  const resolver = createResolver(stacks, { region, account });
  const resources = stacks.flatMap((stack) => resolveResources(stack, resolver));
  const of = (...types: readonly (typeof knownTypes)[number][]) =>
    resources.filter(({ type }) => types.some((known) => known === type));

  const roles = readRoles(of('AWS::IAM::Role'), of('AWS::IAM::Policy'));
  const functions = readFunctions(of('AWS::Lambda::Function'), of('AWS::Lambda::Permission'));
  const machines = of('AWS::StepFunctions::StateMachine').map(readMachine);
  const queues = readQueues(of('AWS::SQS::Queue'), of('AWS::SQS::QueuePolicy'));
  const buses = readBuses(of('AWS::Events::EventBus'), { region, account });
  const readers = of('AWS::S3::BucketPolicy').flatMap(readBucketPolicy);
  const buckets = of('AWS::S3::Bucket').map(readBucket);
  const apis = readHttpApis({
    apis: of('AWS::ApiGatewayV2::Api'),
    stages: of('AWS::ApiGatewayV2::Stage'),
    integrations: of('AWS::ApiGatewayV2::Integration'),
    authorizers: of('AWS::ApiGatewayV2::Authorizer'),
    routes: of('AWS::ApiGatewayV2::Route'),
  });
  requireTrust(roles, functions, 'lambda.amazonaws.com');
  requireTrust(roles, machines, 'states.amazonaws.com');
  return {
    region,
    account,
    functions,
    machines,
    roles,
    tables: of('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map(readTable),
    buckets,
    secrets: of('AWS::SecretsManager::Secret').map(readSecret),
    apis,
    distributions: readDistributions({
      distributions: of('AWS::CloudFront::Distribution'),
      headers: of('AWS::CloudFront::ResponseHeadersPolicy'),
      controls: of('AWS::CloudFront::OriginAccessControl'),
      buckets,
      apis,
      readers,
      region,
      account,
    }),
    queues,
    buses,
    rules: of('AWS::Events::Rule').map((rule) => readRule(rule, { functions, queues, buses })),
    asynchronousInvocations: of('AWS::Lambda::EventInvokeConfig').map((config) =>
      readAsynchronousInvocation(config, { functions, queues }),
    ),
    outputs: Object.fromEntries(
      stacks.flatMap((stack) =>
        Object.entries(stack.outputs).map(([key, { value }]) => [
          key,
          String(resolver.resolve(stack, value, `${stack.name}: output ${key}`)),
        ]),
      ),
    ),
  };
}

function resolveResources(stack: TemplateStack, resolver: ReturnType<typeof createResolver>): Resource[] {
  return Object.entries(stack.resources)
    .filter(([, { type }]) => !ignoredTypes.includes(type))
    .map(([logicalId, { type, path, properties }]) => {
      const where = `${stack.name}: ${logicalId} (${type})`;
      if (!knownTypes.some((known) => known === type)) {
        throw new Error(`${where}: this type is not known to the local runtime.`);
      }
      const resolved = resolver.resolve(stack, properties, where);
      return {
        stack,
        logicalId,
        type,
        path,
        where,
        properties: Object.fromEntries(Object.entries(resolved ?? {})),
        identity: () => resolver.identity(stack, logicalId),
      };
    });
}

function onlyOne(field: 'region' | 'account', stacks: readonly TemplateStack[], fallback: string): string {
  const values = new Set(stacks.map((stack) => stack[field] ?? fallback));
  if (values.size > 1) {
    throw new Error(`The stacks name more than one ${field}: ${[...values].join(', ')}. One is known here.`);
  }
  return [...values][0] ?? fallback;
}

function requireTrust(
  roles: readonly Role[],
  users: readonly { readonly name: string; readonly roleArn: string }[],
  service: string,
): void {
  for (const { name, roleArn } of users) {
    const role = roles.find(({ arn }) => arn === roleArn);
    if (!role) throw new Error(`${name}: its role ${roleArn} is not in the template.`);
    if (!role.assumedBy.includes(service)) {
      throw new Error(`${name}: ${service} may not assume its role ${role.name}.`);
    }
  }
}
