import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { costsPage } from '../../bench/costs/page.ts';

const train = {
  pieces: 8,
  seconds: 200,
  transitions: 1000,
  invocations: 1_000_000,
  milliseconds: 1000,
  gigabyteSeconds: 0,
  writes: 10,
  writeUnits: 1_000_000,
  reads: 10,
  readUnits: 0,
  sessionUnits: 4,
  puts: 0,
  gets: 0,
  audioBytes: 0,
  apiRequests: 0,
  secretCalls: 0,
  events: 0,
  logBytes: 0,
};
const batch = { ...train, transitions: 2000, writeUnits: 0 };
const music = { ...train, pieces: 2, transitions: 0, invocations: 0 };
const idle = { alarms: 2, alarmMetrics: 3, dashboardMetrics: 4, secrets: 1, keys: 0, dollars: 0.7 };
const page = costsPage({ train, batch, music }, { cores: 2, load: 1 }, idle);

test('multiplies what was counted with the list prices, and sums it for each kind of session', () => {
  expect(page).toContain(
    '| Step Functions: transitions | 1,000 | 0.025000 | 2,000 | 0.050000 | 0 | 0.000000 |',
  );
  expect(page).toContain('| Lambda: invocations | 1,000,000 | 0.200000 | 1,000,000 | 0.200000 | 0 |');
  expect(page).toContain('| DynamoDB: writes, at most | 10 (1,000,000 units) | 0.625000 |');
  expect(page).toContain('| X-Ray: traces, at most one an invocation | 1,000,000 | 5.000000 |');
  expect(page).toContain('| **one session** | | **5.8500** | | **5.2500** | | **0.6250** |');
  expect(page).toContain('a thousand, each as one of these, cost 656.25 dollars');
});

test('docs/costs.md has its generated shape, for any counts', () => {
  const words = (text: string) => text.replaceAll(/\d[\d.,]*/g, '#').replaceAll(/\s+/g, ' ');
  const written = readFileSync(new URL('../../docs/costs.md', import.meta.url), 'utf8');
  expect(words(written)).toBe(words(page));
});
