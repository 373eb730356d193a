import { readFunctions, readMachine } from './assembly/compute.ts';
import { readAsynchronousInvocation, readBuses, readRule } from './assembly/events.ts';
import { readHttpApis } from './assembly/http-apis.ts';
import { createResolver } from './assembly/intrinsics.ts';
import { checkBucketPolicy, readRoles } from './assembly/policies.ts';
import { readQueues } from './assembly/queues.ts';
import type { Resource } from './assembly/resource.ts';
import { readBucket, readSecret, readTable } from './assembly/storage.ts';
import { readTemplates, type TemplateStack } from './assembly/template.ts';

/** One permission of a synthesized policy, its intrinsics resolved. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: Readonly<Record<string, unknown>>;
}

export interface Role {
  readonly arn: string;
  /** Logical path in the template, for messages. */
  readonly name: string;
  /** Service principals that may assume it. */
  readonly assumedBy: readonly string[];
  readonly statements: readonly Statement[];
}

export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  /** Absolute path of the bundled asset. */
  readonly directory: string;
  /** `index.handler`. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** How many of it run at once, at most. */
  readonly reserved?: number;
  readonly roleArn: string;
  /** Who may invoke it by resource policy (AWS::Lambda::Permission): principal and source ARN pattern. */
  readonly invokers: readonly { readonly principal: string; readonly sourceArn?: string }[];
}

export interface Machine {
  readonly name: string;
  readonly arn: string;
  /** The ASL definition as synthesized, intrinsics resolved. */
  readonly definition: Readonly<Record<string, unknown>>;
  readonly roleArn: string;
}

export interface Table {
  readonly name: string;
  readonly arn: string;
  /** Input for CreateTable (KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode). */
  readonly create: Readonly<Record<string, unknown>>;
  readonly ttlAttribute: string | undefined;
}

export interface Bucket {
  readonly name: string;
  readonly arn: string;
  readonly versioned: boolean;
  /** Whether it tells EventBridge what becomes of its objects. */
  readonly eventBridge: boolean;
  readonly corsRules: readonly {
    readonly origins: readonly string[];
    readonly methods: readonly string[];
    readonly headers: readonly string[];
    readonly exposed: readonly string[];
  }[];
}

export interface Secret {
  readonly name: string;
  readonly arn: string;
}

export interface HttpApi {
  readonly id: string;
  readonly name: string;
  readonly cors:
    | {
        readonly origins: readonly string[];
        readonly methods: readonly string[];
        readonly headers: readonly string[];
        readonly exposed: readonly string[];
        readonly maxAgeSeconds: number | undefined;
      }
    | undefined;
  readonly routes: readonly {
    /** `POST /sessions/{id}/start` */
    readonly key: string;
    readonly functionArn: string;
    readonly authorizer: { readonly issuer: string; readonly audience: readonly string[] } | undefined;
  }[];
}

export interface Queue {
  readonly name: string;
  readonly arn: string;
  /** Services that its policy lets send, each on behalf of one resource. */
  readonly senders: readonly { readonly principal: string; readonly sourceArn: string }[];
}

export interface EventBus {
  readonly name: string;
  readonly arn: string;
}

/** An EventBridge rule that calls functions: at a rate, or for the events that match its pattern. */
export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly busName: string;
  /** Undefined: it has a pattern. */
  readonly everySeconds: number | undefined;
  /** As in the template; what is not known in it is an error when it is read. */
  readonly pattern: Readonly<Record<string, unknown>> | undefined;
  readonly targets: readonly {
    /** Of a function. */
    readonly arn: string;
    /** The queue for what could not be handed over. */
    readonly deadLetterArn: string | undefined;
  }[];
}

/** How Lambda deals with what a function was handed to do later. */
export interface AsynchronousInvocation {
  readonly functionArn: string;
  /** After the first attempt. */
  readonly retries: number;
  readonly maxAgeSeconds: number;
  /** The queue for what has failed for good. */
  readonly onFailureArn: string | undefined;
}

/** Everything the stand-ins need, read off the synthesized cloud assembly. */
export interface Assembly {
  readonly region: string;
  readonly account: string;
  readonly functions: readonly LambdaFunction[];
  readonly machines: readonly Machine[];
  readonly tables: readonly Table[];
  readonly buckets: readonly Bucket[];
  readonly secrets: readonly Secret[];
  readonly apis: readonly HttpApi[];
  readonly queues: readonly Queue[];
  readonly buses: readonly EventBus[];
  readonly rules: readonly Rule[];
  /** For the functions that say otherwise than by default. */
  readonly asynchronousInvocations: readonly AsynchronousInvocation[];
  readonly roles: readonly Role[];
  /** CloudFormation outputs, by output key. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** Where the template leaves region and account open. */
const home = { region: 'us-east-1', account: '123456789012' };

/**
 * Types that leave nothing to stand in for, on purpose: logs are printed here, and their lines hold the metrics; a
 * person sits before this machine, whom no alarm has to call and no page to show; the API is at a port, not at a name of
 * DNS; CDK's report says nothing.
 */
const harmlessTypes = [
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
  for (const policy of of('AWS::S3::BucketPolicy')) checkBucketPolicy(policy);
  requireTrust(roles, functions, 'lambda.amazonaws.com');
  requireTrust(roles, machines, 'states.amazonaws.com');
  return {
    region,
    account,
    functions,
    machines,
    roles,
    tables: of('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map(readTable),
    buckets: of('AWS::S3::Bucket').map(readBucket),
    secrets: of('AWS::SecretsManager::Secret').map(readSecret),
    apis: readHttpApis({
      apis: of('AWS::ApiGatewayV2::Api'),
      stages: of('AWS::ApiGatewayV2::Stage'),
      integrations: of('AWS::ApiGatewayV2::Integration'),
      authorizers: of('AWS::ApiGatewayV2::Authorizer'),
      routes: of('AWS::ApiGatewayV2::Route'),
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
    .filter(([, { type }]) => !harmlessTypes.includes(type))
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
