import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { configured, propertiesOf, synthesized, tuned } from './synthesized.ts';

const { storage, service } = synthesized(tuned);

describe('the inbox', () => {
  test('hears of every file that is put into it, and into folders that are nearly it', () => {
    storage.hasResourceProperties('AWS::S3::Bucket', {
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    });
    service.hasResourceProperties('AWS::Events::Rule', {
      Description: 'Calls the inbox for every file that is put into it',
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: {
          bucket: { name: [{ 'Fn::ImportValue': Match.stringLikeRegexp('Audio') }] },
          object: {
            key: ['inbox/', 'Inbox/', 'INBOX/', '/inbox/'].map((prefix) => ({ prefix })),
          },
        },
      },
    });
  });

  test('begins sessions of the configured owner', () => {
    service.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'chirpsmith-local-start-from-manifest',
      Environment: { Variables: Match.objectLike({ INBOX_OWNER: 'studio-7' }) },
    });
    expect(configured().inboxOwner).toBe('local');
    expect(configured({ stage: 'dev' }).inboxOwner).toBe('inbox');
  });

  test('keeps two weeks what could not be handed over, and what the function failed on three times', () => {
    const [[queue] = []] = Object.entries(propertiesOf(service, 'AWS::SQS::Queue'));
    const letters = { 'Fn::GetAtt': [queue, 'Arn'] };
    service.hasResourceProperties('AWS::SQS::Queue', {
      MessageRetentionPeriod: 14 * 24 * 60 * 60,
      SqsManagedSseEnabled: true,
    });
    service.hasResourceProperties('AWS::Events::Rule', {
      Description: 'Calls the inbox for every file that is put into it',
      Targets: [Match.objectLike({ DeadLetterConfig: { Arn: letters } })],
    });
    service.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: letters } },
    });
  });
});
