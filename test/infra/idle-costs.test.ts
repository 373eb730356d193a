import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { idleOf, idleWords } from '../../bench/costs/idle.ts';
import { configurations } from './configurations.ts';
import { configured, synthesized } from './synthesized.ts';

const counted = (config = configurations.dev) => {
  const { storage, service } = synthesized(config);
  return idleOf(storage.toJSON(), service.toJSON());
};

test('what an idle stage costs is in docs/costs.md as counted from its template', () => {
  const page = readFileSync(new URL('../../docs/costs.md', import.meta.url), 'utf8');
  const inOneLine = (text: string) => text.replaceAll(/\s+/g, ' ');
  expect(inOneLine(page)).toContain(inOneLine(idleWords(counted())));
});

test('the dashboard stays among those that cost nothing: at most 50 metrics', () => {
  for (const config of Object.values(configurations)) {
    const { dashboardMetrics } = counted(config);
    expect(dashboardMetrics).toBeGreaterThan(20);
    expect(dashboardMetrics).toBeLessThanOrEqual(50);
  }
});

test('without alarms and dashboard, a stage costs its secret and the metrics of the sweep', () => {
  const small = configured({ stage: 'dev', alarms: 'false', dashboard: 'false' });
  expect(counted(small)).toEqual({
    ...{ alarms: 0, alarmMetrics: 0, dashboardMetrics: 0 },
    ...{ secrets: 1, keys: 0, dollars: 1 },
  });
  expect(() => configured({ stage: 'dev', alarms: 'no' })).toThrow(/alarms: .*-c alarms=…/);
});
