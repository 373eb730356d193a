import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { configured, propertiesOf, synthesized, telling } from './synthesized.ts';

const url = 'https://hooks.example.com/chirpsmith';
const { app, service } = synthesized(telling);
const idOf = (type: string, found: (id: string) => boolean) =>
  Object.keys(propertiesOf(service, type)).find(found) ?? '';
const ofWebhook = (id: string) => id.startsWith('Webhook');
const fn = idOf('AWS::Lambda::Function', ofWebhook);
const queue = idOf('AWS::SQS::Queue', ofWebhook);
const secret = idOf('AWS::SecretsManager::Secret', ofWebhook);

describe('with a webhook', () => {
  test('every event of the stage calls the function that sends it, and no other event does', () => {
    service.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['chirpsmith.prod'] },
      Targets: [
        Match.objectLike({
          Arn: { 'Fn::GetAtt': [fn, 'Arn'] },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [queue, 'Arn'] } },
        }),
      ],
    });
    service.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'chirpsmith-prod-send-webhook',
      Timeout: 20,
      Environment: { Variables: Match.objectLike({ WEBHOOK_URL: url, WEBHOOK_SECRET: { Ref: secret } }) },
    });
  });

  test('what fails is tried twice more, then kept, and raises an alarm', () => {
    service.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: fn },
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [queue, 'Arn'] } } },
    });
    service.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'chirpsmith-prod-dead-letters-webhook',
      Namespace: 'AWS/SQS',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
    });
  });

  test('its secret has a value that AWS made, and only this function reads it', () => {
    expect(propertiesOf(service, 'AWS::SecretsManager::Secret')[secret]).toMatchObject({
      GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
    });
    const readers = Object.entries(propertiesOf(service, 'AWS::IAM::Policy')).filter(([, policy]) =>
      JSON.stringify(policy).includes(`{"Ref":"${secret}"}`),
    );
    expect(readers).toEqual([[expect.stringMatching(/^WebhookFunction/), expect.anything()]]);
  });

  test.each([AwsSolutionsChecks, ServerlessChecks])('cdk-nag has no finding (%o)', (Checks) => {
    const { violations } = new Checks(app, { verbose: true }).validateScope(app);
    const found = violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    );
    expect(found).toEqual([]);
  });
});

test('without one there is none, and at stage local there never is', () => {
  expect(configured({ stage: 'local', webhookUrl: url }).webhookUrl).toBeUndefined();
  const { service: silent } = synthesized(configured({ stage: 'prod' }));
  expect(JSON.stringify(silent.toJSON())).not.toContain('webhook');
});

test.each([
  ['http://hooks.example.com', /webhookUrl: must be an https URL \(set -c webhookUrl=…/],
  ['https://me:secret@hooks.example.com', /webhookUrl: must hold no user or password/],
])('%s is refused', (webhookUrl, words) => {
  expect(() => configured({ stage: 'prod', webhookUrl })).toThrow(words);
});
