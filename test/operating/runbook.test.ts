import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { describe, expect, it } from 'vitest';
import { Alarms } from '../../infra/constructs/alarms.ts';
import { runbookSections } from '../../infra/runbook.ts';
import { configured, synthesized } from '../infra/synthesized.ts';
import { seenMetrics } from './seen-metrics.ts';
import { isRaised, templateAlarms } from './template-alarms.ts';

const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const sections = runbook.split(/^## /m).slice(1);
const heading = (section: string) => section.split('\n')[0] ?? '';
/** As GitHub makes a link of a heading. */
const anchor = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replaceAll(' ', '-');
const alarms = [...templateAlarms()];

describe('the runbook', () => {
  it.each(alarms)('has the section that the alarm %s links to', (_, { AlarmDescription }) => {
    const [, link] = /^.+\. What to do: docs\/runbook\.md#(\S+)$/.exec(AlarmDescription) ?? [];
    expect(sections.map((section) => anchor(heading(section)))).toContain(link);
  });

  it('has no section without an alarm', () => {
    expect(sections.map(heading)).toEqual(Object.values(runbookSections));
    const named = alarms.map(([name]) => name);
    for (const name of Object.keys(runbookSections)) {
      if (name !== 'dead-letters') expect(named).toContain(name);
    }
  });

  it.each(sections.map((section) => [heading(section), section]))(
    'says of "%s" how to look and what to do',
    (_, section) => {
      expect(section).toMatch(/^Look: /m);
      expect(section).toMatch(/^Do: |^\| error \|.*\| what to do \|/m);
    },
  );

  it('is linked where it can be read, when the configuration says where', () => {
    const url = 'https://wiki.example/runbook';
    const elsewhere = templateAlarms(synthesized(configured({ runbookUrl: url })).service);
    for (const { AlarmDescription } of elsewhere.values()) expect(AlarmDescription).toContain(`${url}#`);
  });
});

describe('dead letters', () => {
  it('raise an alarm for each queue, when one lies there', () => {
    // CloudFormation's own rules take seconds to load.
    const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
    const stack = new Stack(app, 'Letters');
    const queue = new Queue(stack, 'Queue');
    const machine = StateMachine.fromStateMachineName(stack, 'Machine', 'any');
    const sweep = LambdaFunction.fromFunctionName(stack, 'Sweep', 'any');
    const deadLetters = { webhook: queue };
    new Alarms(stack, 'Alarms', { config: configured(), machine, sweep, reserved: [sweep], deadLetters });
    const found = templateAlarms(Template.fromStack(stack)).get('dead-letters-webhook');
    if (!found) throw new Error('There is no alarm.');
    const seen = seenMetrics();
    expect(isRaised(found, seen)).toBe(false);
    seen.add(
      {
        Namespace: 'AWS/SQS',
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Dimensions: found.Dimensions ?? {},
      },
      1,
    );
    expect(isRaised(found, seen)).toBe(true);
    expect(found.AlarmDescription).toContain('#dead-letters');
  });
});
