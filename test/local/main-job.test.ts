import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { checksFor } from '../../functions/shared/schedule.ts';
import { defaultSettings } from '../../functions/shared/settings.ts';
import { scaledClock } from '../../packages/local-servers/clock.ts';
import { ledgerEntrySchema } from '../../packages/provider-sandbox/ledger.ts';
import { startSandbox } from '../../packages/provider-sandbox/sandbox.ts';
import { emptyHome } from './running-stack.ts';

const event = z.looseObject({ event: z.string() });
const lastEvent = z.object({
  event: z.literal('session.ready'),
  sessionId: z.string(),
  modelId: z.string().regex(/^chirp-custom:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  creditsSpent: z.number(),
  tracks: z.array(z.looseObject({ file: z.string(), status: z.string(), clipId: z.string() })),
});
const ledgerAnswer = z.object({
  calls: z.record(z.string(), z.number()),
  charged: z.number(),
  entries: z.array(ledgerEntrySchema),
});

/** Seconds of provider time by which a timer of the stack may be early: it runs 100 times as fast. */
const timerSlack = 0.5;

test('npx chirpsmith train makes a model of the samples, and the ledger over HTTP has each thing once', {
  timeout: 60_000,
}, async () => {
  const { home, run } = emptyHome();
  const train = run('train', '--json', '--speed', '100');
  expect(await train.ended, train.stderr).toBe(0);

  const lines = train.stdout.trimEnd().split('\n');
  const told = lines.map((line) => event.parse(JSON.parse(line)));
  const last = lastEvent.parse(told.at(-1));
  expect(last.creditsSpent).toBe(108);
  expect(last.tracks.map(({ status }) => status)).toEqual(Array(8).fill('done'));
  expect(new Set(last.tracks.map(({ clipId }) => clipId)).size).toBe(8);

  // The ledger is kept: a sandbox that is started later shows it.
  const sandbox = await startSandbox({
    port: 0,
    directory: path.join(home, 'provider'),
    clock: scaledClock(100),
    key: 'another',
  });
  onTestFinished(sandbox.close);
  const answer = await fetch(`${sandbox.url}/_sandbox/ledger`);
  const { calls, charged, entries } = ledgerAnswer.parse(await answer.json());
  expect(calls).toMatchObject({ prepare: 1, upload: 8, create: 1 });
  expect(charged).toBe(108);
  const create = entries.find(({ call }) => call === 'create');
  expect(create?.credits).toBe(100);

  const { upload, training } = defaultSettings.schedules;
  for (const submitted of entries.filter(({ call }) => call === 'upload' || call === 'create')) {
    const checks = submitted.call === 'create' ? training.checks : checksFor(upload, 8);
    const asked = entries.filter(
      ({ call, taskId, at }) => call === 'status' && taskId === submitted.taskId && at > submitted.at,
    );
    expect(asked.length).toBeGreaterThan(0);
    // The first check is moved by up to a fiftieth, the others come at the moments of the schedule.
    for (const [index, { at }] of asked.entries()) {
      const moment = (checks[index] ?? 0) * (index === 0 ? 0.98 : 1);
      expect((at - submitted.at) / 1000).toBeGreaterThanOrEqual(moment - timerSlack);
    }
  }
});
