import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runbookSections } from '../../infra/runbook.ts';
import { configured, synthesized } from '../infra/synthesized.ts';
import { templateAlarms } from './template-alarms.ts';

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
    // Dead letters have an alarm for each queue.
    for (const name of Object.keys(runbookSections)) {
      expect(named).toContain(name === 'dead-letters' ? 'dead-letters-inbox' : name);
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
