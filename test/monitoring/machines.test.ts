import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createdGenerationAnswer } from '../../functions/api/contract/music.ts';
import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import { textFile } from '../../test-support/audio-files/hostile.ts';
import { sharedStack, sinceNow, songs, type TestStack } from '../../test-support/local-stack.ts';
import type { SeenMetrics } from './seen-metrics.ts';
import { linesAbout, metricsIn } from './session-lines.ts';
import { isRaised, templateAlarms } from './template-alarms.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await sharedStack();
});
afterEach(() => sinceNow(stack).fault());

const alarms = templateAlarms();

/** What CloudWatch has seen of a session whose run has ended: by its functions, and by Step Functions itself. */
async function seenOf({ sessionId, executionArn = '' }: SessionAnswer): Promise<SeenMetrics> {
  await stack.idle();
  const seen = metricsIn(await linesAbout(stack.home, sessionId));
  const { status } = await stack.ended(executionArn);
  if (status === 'FAILED') {
    const [, StateMachineArn = ''] = /:execution:([^:]+):/.exec(executionArn) ?? [];
    seen.add({ Namespace: 'AWS/States', MetricName: 'ExecutionsFailed', Dimensions: { StateMachineArn } }, 1);
  }
  return seen;
}

const raised = (seen: SeenMetrics) => [...alarms].flatMap(([name, it]) => (isRaised(it, seen) ? [name] : []));

const reader =
  (seen: SeenMetrics) =>
  (MetricName: string, dimensions: Record<string, string> = {}) =>
    seen.value({ Namespace: 'Chirpsmith', MetricName, Dimensions: { stage: 'local', ...dimensions } }, 'Sum');

async function generate() {
  const wish = { model: 'chirp-v55', prompt: 'rain', tags: 'slow' };
  const { session } = createdGenerationAnswer.parse((await stack.call('POST', '/generations', wish)).body);
  await stack.ended(session.executionArn ?? '');
  return stack.session(session.sessionId);
}

describe('a batch', () => {
  it('is counted by its kind: its end, its calls, its checks, its credits, its phases; and raises nothing', async () => {
    const session = await stack.run(await stack.upload(songs(2), { kind: 'batch' }));
    const seen = await seenOf(session);
    const value = reader(seen);
    const kind = 'batch';
    expect(value('Sessions', { kind, outcome: 'ready' })).toBe(1);
    expect(value('ProviderCalls', { call: 'openBatch', result: 'ok' })).toBe(1);
    expect(value('ProviderCalls', { call: 'addToBatch', result: 'ok' })).toBe(2);
    // Each check of an upload, and one look at the provider's list at least.
    const checks = value('Checks', { task: 'upload' });
    expect(checks).toBeGreaterThanOrEqual(2);
    expect(value('ProviderCalls', { call: 'status', result: 'ok' })).toBeGreaterThan(checks);
    expect(value('CreditsSpent')).toBe(session.creditsSpent);
    expect(value('CreditsSpent', { task: 'upload' })).toBe(session.creditsSpent);
    for (const phase of ['preparing', 'uploading']) {
      expect(value('PhaseSeconds', { kind, phase }), phase).toBeGreaterThan(0);
    }
    expect(raised(seen)).toEqual([]);
  });

  it('without a single clip, because no file can be used, calls no operator', async () => {
    const files = [{ name: 'lyrics.mp3', bytes: textFile() }];
    const seen = await seenOf(await stack.run(await stack.upload(files, { kind: 'batch' })));
    expect(reader(seen)('Sessions', { kind: 'batch', outcome: 'failed' })).toBe(1);
    expect(raised(seen)).toEqual([]);
  });
});

describe('music', () => {
  it('is counted by its kind: its end, its calls, its checks, its credits, its phases; and raises nothing', async () => {
    const seen = await seenOf(await generate());
    const value = reader(seen);
    const kind = 'music';
    expect(value('Sessions', { kind, outcome: 'ready' })).toBe(1);
    expect(value('ProviderCalls', { call: 'generate', result: 'ok' })).toBe(1);
    // Each check of the task, and one look at the links at least.
    const checks = value('Checks', { task: 'music' });
    expect(checks).toBeGreaterThan(0);
    expect(value('ProviderCalls', { call: 'status', result: 'ok' })).toBeGreaterThan(checks);
    expect(value('CreditsSpent')).toBe(40);
    expect(value('CreditsSpent', { task: 'music' })).toBe(40);
    for (const phase of ['preparing', 'creating', 'generating', 'copying']) {
      expect(value('PhaseSeconds', { kind, phase }), phase).toBeGreaterThan(0);
    }
    expect(raised(seen)).toEqual([]);
  });

  it('whose answer was lost raises executions-failed and needs-decision', async () => {
    sinceNow(stack).fault({ call: 'generate', kind: 'reset-after' });
    const seen = await seenOf(await generate());
    expect(reader(seen)('Sessions', { kind: 'music', outcome: 'needs-decision' })).toBe(1);
    expect(raised(seen)).toEqual(['executions-failed', 'needs-decision']);
  });
});
