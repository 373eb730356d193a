import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Assembly } from '../../../packages/local-aws/assembly.ts';
import { readAssembly } from '../../../packages/local-aws/assembly.ts';

export interface TemplateFile {
  Resources: Record<string, { Type: string; [section: string]: unknown }>;
  Outputs?: Record<string, { Value: unknown; Export?: { Name: string } }>;
  [section: string]: unknown;
}

/** Writes a cloud assembly as CDK does: a manifest, one template and one asset manifest for each stack. */
function writeAssembly(stacks: Readonly<Record<string, TemplateFile>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'assembly-'));
  const artifacts: Record<string, unknown> = {
    Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } },
  };
  for (const [name, template] of Object.entries(stacks)) {
    writeFileSync(join(directory, `${name}.template.json`), JSON.stringify(template));
    writeFileSync(
      join(directory, `${name}.assets.json`),
      JSON.stringify({
        version: '50.0.0',
        files: {
          abc123: {
            source: { path: 'asset.abc123', packaging: 'zip' },
            destinations: { current: { bucketName: 'assets', objectKey: 'abc123.zip' } },
          },
        },
        dockerImages: {},
      }),
    );
    artifacts[`${name}.assets`] = { type: 'cdk:asset-manifest', properties: { file: `${name}.assets.json` } };
    artifacts[name] = {
      type: 'aws:cloudformation:stack',
      environment: 'aws://unknown-account/unknown-region',
      properties: { templateFile: `${name}.template.json` },
    };
  }
  mkdirSync(join(directory, 'asset.abc123'), { recursive: true });
  writeFileSync(join(directory, 'manifest.json'), JSON.stringify({ version: '50.0.0', artifacts }));
  return directory;
}

/** A placeholder of `Fn::Sub`. */
const placeholder = (name: string) => `$\{${name}}`;

const trust = (service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: service } }],
});

/** What is kept: a table with an index, a bucket, a secret; exported for the other stack. */
export function storageTemplate(): TemplateFile {
  return {
    Resources: {
      Sessions: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'sessions',
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          AttributeDefinitions: ['pk', 'sk', 'owner', 'createdAt'].map((AttributeName) => ({
            AttributeName,
            AttributeType: 'S',
          })),
          GlobalSecondaryIndexes: [
            {
              IndexName: 'byOwner',
              KeySchema: [
                { AttributeName: 'owner', KeyType: 'HASH' },
                { AttributeName: 'createdAt', KeyType: 'RANGE' },
              ],
              Projection: { ProjectionType: 'ALL' },
            },
          ],
          BillingMode: 'PAY_PER_REQUEST',
          TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        },
      },
      Audio: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          VersioningConfiguration: { Status: 'Enabled' },
          CorsConfiguration: {
            CorsRules: [{ AllowedOrigins: ['http://localhost:5173'], AllowedMethods: ['PUT'] }],
          },
        },
      },
      ProviderKey: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'provider-key' } },
    },
    Outputs: {
      TableArn: {
        Value: { 'Fn::GetAtt': ['Sessions', 'Arn'] },
        Export: { Name: 'Storage:TableArn' },
      },
      SecretArn: { Value: { Ref: 'ProviderKey' }, Export: { Name: 'Storage:SecretArn' } },
    },
  };
}

/** What can be replaced: one function with its role, a machine, an API with one route. */
export function serviceTemplate(): TemplateFile {
  return {
    Parameters: { BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>' } },
    Resources: {
      WorkRole: {
        Type: 'AWS::IAM::Role',
        Metadata: { 'aws:cdk:path': 'Service/Work/ServiceRole/Resource' },
        Properties: {
          AssumeRolePolicyDocument: trust('lambda.amazonaws.com'),
          ManagedPolicyArns: [
            {
              'Fn::Join': [
                '',
                [
                  'arn:',
                  { Ref: 'AWS::Partition' },
                  ':iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
                ],
              ],
            },
          ],
        },
      },
      WorkPolicy: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: 'work',
          Roles: [{ Ref: 'WorkRole' }],
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: [
                  'dynamodb:DescribeTable',
                  'dynamodb:GetItem',
                  'dynamodb:PutItem',
                  'dynamodb:Query',
                  'dynamodb:Scan',
                ],
                Resource: { 'Fn::ImportValue': 'Storage:TableArn' },
              },
              {
                Effect: 'Allow',
                Action: 'secretsmanager:GetSecretValue',
                Resource: { 'Fn::ImportValue': 'Storage:SecretArn' },
              },
              { Effect: 'Allow', Action: 'states:StartExecution', Resource: { Ref: 'Machine' } },
            ],
          },
        },
      },
      Work: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: { 'Fn::Sub': `${placeholder('AWS::StackName')}-work` },
          Code: { S3Bucket: 'assets', S3Key: 'abc123.zip' },
          Handler: 'index.handler',
          Runtime: 'nodejs24.x',
          Role: { 'Fn::GetAtt': ['WorkRole', 'Arn'] },
          Timeout: 20,
          Environment: {
            Variables: {
              MACHINE: { Ref: 'Machine' },
              TABLE_NAME: {
                'Fn::Select': [1, { 'Fn::Split': ['/', { 'Fn::ImportValue': 'Storage:TableArn' }] }],
              },
            },
          },
        },
      },
      MachineRole: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: trust('states.amazonaws.com'),
          Policies: [
            {
              PolicyName: 'invoke',
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: [
                  {
                    Effect: 'Allow',
                    Action: 'lambda:InvokeFunction',
                    Resource: { 'Fn::GetAtt': ['Work', 'Arn'] },
                  },
                ],
              },
            },
          ],
        },
      },
      Machine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          StateMachineName: 'train',
          RoleArn: { 'Fn::GetAtt': ['MachineRole', 'Arn'] },
          DefinitionString: {
            'Fn::Join': [
              '',
              [
                '{"StartAt":"Work","States":{"Work":{"Type":"Task","Resource":"',
                { 'Fn::GetAtt': ['Work', 'Arn'] },
                '","End":true}}}',
              ],
            ],
          },
        },
      },
      Api: {
        Type: 'AWS::ApiGatewayV2::Api',
        Properties: {
          Name: 'api',
          ProtocolType: 'HTTP',
          CorsConfiguration: { AllowOrigins: ['http://localhost:5173'], AllowMethods: ['GET'] },
        },
      },
      Stage: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
      },
      Tokens: {
        Type: 'AWS::ApiGatewayV2::Authorizer',
        Properties: {
          ApiId: { Ref: 'Api' },
          Name: 'tokens',
          AuthorizerType: 'JWT',
          IdentitySource: ['$request.header.Authorization'],
          JwtConfiguration: { Audience: ['chirpsmith'], Issuer: 'https://issuer.example' },
        },
      },
      ToWork: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: {
          ApiId: { Ref: 'Api' },
          IntegrationType: 'AWS_PROXY',
          IntegrationUri: { 'Fn::GetAtt': ['Work', 'Arn'] },
          PayloadFormatVersion: '2.0',
        },
      },
      GetSession: {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: {
          ApiId: { Ref: 'Api' },
          RouteKey: 'GET /sessions/{id}',
          Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'ToWork' }]] },
          AuthorizationType: 'JWT',
          AuthorizerId: { Ref: 'Tokens' },
        },
      },
      ApiMayInvoke: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: { 'Fn::GetAtt': ['Work', 'Arn'] },
          Principal: 'apigateway.amazonaws.com',
          SourceArn: {
            'Fn::Sub': `arn:aws:execute-api:${placeholder('AWS::Region')}:${placeholder('AWS::AccountId')}:${placeholder('Api')}/*/*/sessions/{id}`,
          },
        },
      },
      Logs: { Type: 'AWS::Logs::LogGroup' },
      CDKMetadata: { Type: 'AWS::CDK::Metadata', Condition: 'CDKMetadataAvailable' },
    },
    Conditions: { CDKMetadataAvailable: {} },
    Outputs: { MachineArn: { Value: { Ref: 'Machine' } } },
  };
}

/** Writes an assembly of these stacks, reads it, and leaves nothing behind. */
export function readStacks(stacks: Readonly<Record<string, TemplateFile>>): Assembly {
  const directory = writeAssembly(stacks);
  try {
    return readAssembly(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The two stacks above, read. */
export function smallAssembly(): Assembly {
  return readStacks({ Storage: storageTemplate(), Service: serviceTemplate() });
}

/** The first of a list that a test needs to have something in it. */
export function first<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined) throw new Error('The list is empty.');
  return item;
}
