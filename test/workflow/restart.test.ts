import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { summarize } from '../../local/provider/ledger.ts';
import { openStack, songs, type TestStack } from './local-stack.ts';
import { stoppingClock } from './stopping-clock.ts';

let home: string;
let open: TestStack | undefined;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'chirpsmith-restart-'));
});
afterEach(async () => {
  await open?.close();
  rmSync(home, { recursive: true, force: true });
});

async function start(options: Parameters<typeof openStack>[0] = {}): Promise<TestStack> {
  open = await openStack({ home, ...options });
  return open;
}

async function stop(stack: TestStack): Promise<void> {
  open = undefined;
  await stack.close(true);
}

const sums = ({ stack }: TestStack) => summarize(stack.sandbox?.ledger() ?? []);

describe('a stack that is stopped in the middle of two runs', () => {
  it('shows at its next start which was interrupted, and pays for nothing again', {
    timeout: 60_000,
  }, async () => {
    const clock = stoppingClock();
    const first = await start({
      clock,
      sandbox: { seed: 'test', faults: [{ call: 'create', kind: 'timeout-after' }] },
    });
    const inTraining = await first.upload(songs(6));
    await first.act(inTraining, 'start');
    // The provider has taken it and does not answer: the record stands at the intent.
    await expect.poll(() => sums(first).calls.create, { timeout: 10_000 }).toBe(1);
    const inUploads = await first.upload(songs(6));
    clock.stopAfter(5);
    await first.act(inUploads, 'start');
    await first.until(inUploads, ({ tracks }) => tracks.every(({ status }) => status === 'submitted'));
    await stop(first);

    const next = await start();
    // Written down, with nobody's word about what the execution did.
    const found = await next.until(inUploads, ({ failure }) => failure !== undefined);
    expect(found).toMatchObject({
      status: 'interrupted',
      actions: ['resume', 'cancel'],
      failure: { error: 'Unexpected', reason: expect.stringContaining('ended without a word') },
    });
    // The create whose answer was never seen is settled by itself, and not paid again.
    const ready = await next.until(inTraining, ({ status }) => status === 'ready');
    expect(ready).toMatchObject({ creditsSpent: 106, executionArn: expect.stringMatching(/-2$/) });
    expect(sums(next)).toMatchObject({ calls: { prepare: 2, create: 1 }, credits: 112 });

    expect(await next.run(inUploads, 'resume')).toMatchObject({ status: 'ready' });
    expect(sums(next)).toMatchObject({ calls: { prepare: 2, upload: 12, create: 2 }, credits: 212 });
  });
});
