import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { configurations } from './configurations.ts';
import { synthesized } from './synthesized.ts';

const resourcesSchema = z.record(
  z.string(),
  z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
);
const { storage, service } = synthesized(configurations['everything on']);
const resources = Object.entries(
  resourcesSchema.parse({ ...storage.toJSON().Resources, ...service.toJSON().Resources }),
);

describe('logical ids', () => {
  // With another one, CloudFormation makes a new and empty thing, and leaves the old one behind or deletes it.
  test.each(
    Object.entries({
      'AWS::S3::Bucket': ['AccessLogs8B620ECA', 'Audio9AB18887', 'PageFiles79CCA538'],
      'AWS::DynamoDB::Table': ['Sessions8896A56D'],
      'AWS::Cognito::UserPool': ['PeoplePoolC64A4D1E'],
      'AWS::Cognito::UserPoolClient': ['PagePeopleClient45D677EA', 'PeoplePoolClientECD71F90'],
      'AWS::Cognito::UserPoolDomain': ['PeoplePoolDomainF5067C98'],
      'AWS::SecretsManager::Secret': ['ProviderKeyA6B56E02', 'RelayKey735F9B76', 'WebhookSecret11F7963D'],
      'AWS::SQS::Queue': ['InboxDeadLettersFE4330BC', 'WebhookDeadLetters94E822C9'],
      'AWS::ApiGatewayV2::Api': ['SessionApi9D45C166'],
    }),
  )('of what is stateful stay as they are: %s', (type, ids) => {
    expect(
      resources
        .filter(([, it]) => it.Type === type)
        .map(([id]) => id)
        .sort(),
    ).toEqual([...ids].sort());
  });

  // With another one, CloudFormation makes the new thing first, whose name the old one still has: the deployment fails.
  const named = z
    .record(z.string(), z.record(z.string(), z.string()))
    .parse(JSON.parse(readFileSync(new URL('fixed-names.json', import.meta.url), 'utf8')));
  const nameOf = (type: string, properties: Record<string, unknown>) =>
    properties[
      { 'AWS::StepFunctions::StateMachine': 'StateMachineName', 'AWS::Logs::LogGroup': 'LogGroupName' }[
        type
      ] ?? `${type.split('::').at(-1)}Name`
    ];
  test.each(Object.entries(named))('of what a person finds by its name stay as they are: %s', (type, ids) => {
    const found = resources.filter(([, it]) => it.Type === type);
    expect(Object.fromEntries(found.map(([id, it]) => [nameOf(type, it.Properties), id]))).toEqual(ids);
  });

  test('and nothing else has a name of ours that AWS lets only one of its kind have', () => {
    const names = /^(RoleName|ManagedPolicyName|QueueName|TopicName|TableName|BucketName|Name)$/;
    const labels = new Set(['AWS::ApiGatewayV2::Api', 'AWS::ApiGatewayV2::Authorizer']);
    const found = resources.flatMap(([id, { Type, Properties }]) =>
      Object.keys(Properties).some((name) => names.test(name)) && !labels.has(Type) ? [id] : [],
    );
    // A person puts the provider's key there by its name; it is stateful, see above.
    expect(found).toEqual(['ProviderKeyA6B56E02']);
  });
});
