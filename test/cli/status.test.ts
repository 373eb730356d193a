import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { TrackAnswer } from '../../functions/api/contract/track.ts';
import { standing, tracks } from './fake-session.ts';
import { modelId, toReady } from './fake-sessions.ts';
import { startFakeStack } from './fake-stack.ts';
import { events, run, temporaryFolder } from './run-command.ts';
import { wav } from './wav.ts';

/** A home with one session that was started and left. */
async function withSession() {
  const home = await temporaryFolder();
  const fake = await startFakeStack({ home, steps: [{ status: 'uploading' }, ...toReady.slice(2)] });
  onTestFinished(() => fake.close());
  const folder = join(home, 'tracks');
  await mkdir(folder);
  for (const index of Array(6).keys())
    await writeFile(join(folder, `${index}.wav`), wav(6.5, 200 + 40 * index));
  const args = [folder, '--name', 'Night Drive', '--json', '--deadline', '0.01'];
  expect((await run('train', args, { home })).code).toBe(4);
  return { home, sessionId: fake.starts[0] ?? '' };
}

describe('npx chirpsmith sessions', () => {
  it('lists each with its age and what can be done next, newest first', async () => {
    const createdAt = new Date(Date.now() - 3 * 3600_000).toISOString();
    const { home, fake, sessionId } = await standing({ status: 'review', createdAt, name: 'Old' });
    const failure = { error: 'NeedsDecision', reason: 'Who knows.' } as const;
    const { sessionId: other } = fake.add({ status: 'needs-decision', failure, name: 'New' });
    const listed = await run('sessions', ['--json'], { home });
    expect(listed.code).toBe(0);
    expect(events(listed)).toMatchObject([
      { event: 'session.listed', sessionId: other, name: 'New', actions: ['decide'] },
      { event: 'session.listed', sessionId, actions: ['approve', 'cancel'], ageSeconds: expect.any(Number) },
      { event: 'sessions.listed', count: 2 },
    ]);
    const plain = await run('sessions', [], { home });
    expect(plain.stdout).toMatch(new RegExp(`${sessionId}  waits for approval +3 h  approve, cancel  Old`));
  });
});

describe('npx chirpsmith status', () => {
  it('shows the list, one session, and follows it to its end', async () => {
    const { home, sessionId } = await withSession();
    const list = await run('status', ['--json'], { home });
    expect(list.code).toBe(0);
    expect(events(list)).toEqual([
      expect.objectContaining({ event: 'session.listed', sessionId, name: 'Night Drive' }),
      expect.objectContaining({ event: 'sessions.listed', count: 1 }),
    ]);

    const one = await run('status', [sessionId], { home });
    expect(one.code).toBe(0);
    expect(one.stdout).toContain('Night Drive');
    expect(one.stdout).toContain('5.wav');

    const watched = await run('status', [sessionId, '--watch', '--json'], { home });
    expect(watched.code).toBe(0);
    expect(events(watched).at(-1)).toMatchObject({ event: 'session.ready', sessionId, modelId });
  });

  it("shows what was spent, what may still be spent, and the provider's message", async () => {
    const failure = {
      error: 'ProviderRefused',
      reason: 'Copyright: somebody else.',
      permanent: true,
    } as const;
    const lost: TrackAnswer = { trackId: '008', file: '8.wav', status: 'failed', attempts: 2, failure };
    const { home, sessionId } = await standing({ status: 'failed', tracks: [...tracks, lost] });
    const { stdout } = await run('status', [sessionId], { home });
    expect(stdout).toMatch(/001 1\.wav +clip ready/);
    expect(stdout).toMatch(/008 8\.wav +failed, 2 attempts\n +Copyright: somebody else\. \(for good/);
    expect(stdout).toMatch(/spent +9 credits/);
    expect(stdout).toMatch(/to come +about 101 credits, and 1 more for each track that is sent again/);
  });

  it("shows why earlier runs ended, with the provider's message", async () => {
    const at = '2026-01-01T00:00:00.000Z';
    const earlierFailures = [{ error: 'TrainingFailed', reason: 'Too quiet.\u001b[2J', at }] as const;
    const { home, sessionId } = await standing({
      status: 'training',
      tracks,
      earlierFailures: [...earlierFailures],
    });
    const { stdout } = await run('status', [sessionId], { home });
    expect(stdout).toMatch(/before +TrainingFailed, \d{4}-\d\d-\d\d \d\d:\d\d: Too quiet\.\\u\{1b\}\[2J/);
  });

  it('refuses an unknown id', async () => {
    const { home } = await withSession();
    const ended = await run('status', ['nobody', '--json'], { home });
    expect(ended.code).toBe(2);
    expect(events(ended).at(-1)).toMatchObject({ event: 'input.rejected', problems: [{ where: 'nobody' }] });
  });

  it('starts nothing to say that there is nothing yet', async () => {
    const folder = await temporaryFolder();
    const ended = await run('status', [], { home: join(folder, 'none') });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('No sessions yet');
  });
});
