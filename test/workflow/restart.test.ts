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

describe('a stack that is stopped in the middle of a run', () => {
  it('finds the session at its next start and says that it was interrupted; a resume goes on', async () => {
    const clock = stoppingClock();
    const first = await start({ clock });
    const sessionId = await first.upload(songs(6));
    clock.stopAfter(5);
    await first.act(sessionId, 'start');
    await first.until(sessionId, ({ tracks }) => tracks.every(({ status }) => status === 'submitted'));
    await stop(first);

    const second = await start();
    // Written down, not only shown: with nobody's word about what the execution did.
    const found = await second.until(sessionId, ({ failure }) => failure !== undefined);
    expect(found).toMatchObject({
      status: 'interrupted',
      actions: ['resume', 'cancel'],
      failure: { error: 'Unexpected', reason: expect.stringContaining('ended without a word') },
    });
    expect(await second.run(sessionId, 'resume')).toMatchObject({ status: 'ready' });
    expect(sums(second).calls).toMatchObject({ prepare: 1, create: 1 });
  });

  it('has a create whose answer it never saw settled at its next start, and does not pay again', async () => {
    const first = await start({
      sandbox: { seed: 'test', faults: [{ call: 'create', kind: 'timeout-after' }] },
    });
    const sessionId = await first.upload(songs(6));
    await first.act(sessionId, 'start');
    // The provider has taken it and does not answer: the record stands at the intent.
    await expect.poll(() => sums(first).calls.create, { timeout: 10_000 }).toBe(1);
    await stop(first);

    const second = await start();
    const ready = await second.until(sessionId, ({ status }) => status === 'ready');
    expect(ready).toMatchObject({ creditsSpent: 106, executionArn: expect.stringMatching(/-2$/) });
    expect(sums(second)).toMatchObject({ calls: { upload: 6, create: 1 }, credits: 106 });
  });

  it('keeps its schedules switched off when a test asks for it', async () => {
    const clock = stoppingClock();
    const first = await start({ clock });
    const sessionId = await first.upload(songs(6));
    clock.stopAfter(5);
    await first.act(sessionId, 'start');
    await first.until(sessionId, ({ status }) => status === 'uploading');
    await stop(first);

    const second = await start({ schedules: false });
    // Shown as it is, from the execution's standing; but nobody has written it down.
    const shown = await second.session(sessionId);
    expect(shown.status).toBe('interrupted');
    expect(shown).not.toHaveProperty('failure');
  });
});
