import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { eventSource, eventTypes } from '../../../functions/shared/event-types.ts';
import type { Config } from '../../config.ts';
import { runbookLink } from '../../runbook.ts';
import { acknowledgeServerless } from '../nag-suppressions.ts';

/** E-mail for the operators of the stage: its alarms, and each session that waits for a decision, by its id. */
export class Mail extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { config, email }: { config: Config; email: string }) {
    super(scope, id);
    // The key that AWS has for topics lets neither alarms nor rules use it (documented).
    const key = new Key(this, 'Key', {
      description: 'Notifications for the operators of chirpsmith',
      enableKeyRotation: true,
      // It encrypts messages on their way only; a key that is kept costs a dollar a month.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.topic = new Topic(this, 'Topic', {
      displayName: `Chirpsmith ${config.stage}`,
      masterKey: key,
      enforceSSL: true,
    });
    const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    this.topic.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com', { conditions }));
    // Without a condition, as AWS documents it for both: the topic's own policy says who publishes.
    for (const service of ['cloudwatch', 'events']) {
      key.grant(new ServicePrincipal(`${service}.amazonaws.com`), 'kms:Decrypt', 'kms:GenerateDataKey*');
    }
    const mail = this.topic.addSubscription(new EmailSubscription(email));
    const lost = 'A mail that is lost is no loss: the alarm and the record still say it.';
    acknowledgeServerless(mail, 'SNSRedrivePolicy', lost);

    const session = EventField.fromPath('$.detail.sessionId');
    const link = runbookLink(config.runbookUrl, 'needs-decision');
    const words = `Session ${session} needs a decision before it goes on. What to do: ${link}`;
    const waiting = new Rule(this, 'NeedsDecision', {
      description: 'Tells of each session that waits for a decision',
      eventPattern: {
        source: [eventSource(config.stage)],
        detailType: [eventTypes.sessionStatusChanged],
        detail: { status: ['needs-decision'] },
      },
      targets: [new SnsTopic(this.topic, { message: RuleTargetInput.fromText(words) })],
    });
    acknowledgeServerless(waiting, 'EventBusDLQ', lost);
  }
}
