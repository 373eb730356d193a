import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { configured, propertiesOf, synthesized, telling } from './synthesized.ts';

const { app, service } = synthesized(telling);
const [topic = ''] = Object.keys(propertiesOf(service, 'AWS::SNS::Topic'));
const [key = ''] = Object.keys(propertiesOf(service, 'AWS::KMS::Key'));

describe('with an address for alarms', () => {
  test('the key of the topic goes with the stack: a key that is kept is paid for each month', () => {
    service.allResources('AWS::KMS::Key', { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
  });

  test('every alarm is mailed there', () => {
    service.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'night@example.com',
      TopicArn: { Ref: topic },
    });
    const alarms = Object.values(propertiesOf(service, 'AWS::CloudWatch::Alarm'));
    expect(alarms.length).toBeGreaterThan(9);
    for (const alarm of alarms) expect(alarm.AlarmActions).toEqual([{ Ref: topic }]);
  });

  test('each session that needs a decision is mailed there, by its id and with what to do', () => {
    service.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['chirpsmith.prod'],
        'detail-type': ['Session status changed'],
        detail: { status: ['needs-decision'] },
      },
      Targets: [
        Match.objectLike({
          Arn: { Ref: topic },
          InputTransformer: {
            InputPathsMap: { 'detail-sessionId': '$.detail.sessionId' },
            InputTemplate: Match.stringLikeRegexp(
              'Session <detail-sessionId> needs .*runbook.md#a-session-needs-a-decision',
            ),
          },
        }),
      ],
    });
  });

  test('alarms and rules of this account may publish there, over TLS, and use its key', () => {
    const publishes = (service: string, conditions: object) =>
      Match.objectLike({ Action: 'sns:Publish', Principal: { Service: service }, ...conditions });
    const ours = { Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } } };
    service.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          publishes('cloudwatch.amazonaws.com', ours),
          publishes('events.amazonaws.com', {}),
        ]),
      },
    });
    service.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: { 'Fn::GetAtt': [key, 'Arn'] } });
    service.hasResourceProperties('AWS::KMS::Key', {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
            Principal: { Service: ['cloudwatch.amazonaws.com', 'events.amazonaws.com'] },
          }),
        ]),
      },
    });
  });

  test.each([AwsSolutionsChecks, ServerlessChecks])('cdk-nag has no finding (%o)', (Checks) => {
    const { violations } = new Checks(app, { verbose: true }).validateScope(app);
    const found = violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    );
    expect(found).toEqual([]);
  });
});

test('without an address there is no topic, and at stage local there never is', () => {
  expect(configured({ stage: 'local', alarmEmail: 'night@example.com' }).alarmEmail).toBeUndefined();
  const { service: silent } = synthesized(configured({ stage: 'prod' }));
  expect(propertiesOf(silent, 'AWS::SNS::Topic')).toEqual({});
  expect(() => configured({ stage: 'prod', alarmEmail: 'night' })).toThrow(
    /alarmEmail: must be an e-mail address \(set -c alarmEmail=…/,
  );
});
