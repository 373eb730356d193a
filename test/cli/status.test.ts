import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { modelId, toReady } from './fake-sessions.ts';
import { startFakeStack } from './fake-stack.ts';
import { events, run, temporaryFolder } from './run-command.ts';
import { wav } from './wav.ts';

/** A home with one session that was started and left. */
async function withSession() {
  const home = await temporaryFolder();
  const fake = await startFakeStack({ home, steps: [{ status: 'uploading' }, ...toReady.slice(2)] });
  onTestFinished(() => fake.close());
  const tracks = join(home, 'tracks');
  await mkdir(tracks);
  for (const index of Array(6).keys())
    await writeFile(join(tracks, `${index}.wav`), wav(6.5, 200 + 40 * index));
  const args = [tracks, '--name', 'Night Drive', '--json', '--deadline', '0.01'];
  expect((await run('train', args, { home })).code).toBe(4);
  return { home, sessionId: fake.starts[0] ?? '' };
}

describe('npm run status', () => {
  it('shows the list, one session, and follows it to its end', async () => {
    const { home, sessionId } = await withSession();
    const list = await run('status', ['--json'], { home });
    expect(list.code).toBe(0);
    expect(events(list)).toEqual([
      expect.objectContaining({ event: 'session.listed', sessionId, name: 'Night Drive' }),
      { event: 'sessions.listed', count: 1 },
    ]);

    const one = await run('status', [sessionId], { home });
    expect(one.code).toBe(0);
    expect(one.stdout).toContain('Night Drive');
    expect(one.stdout).toContain('5.wav');

    const watched = await run('status', [sessionId, '--watch', '--json'], { home });
    expect(watched.code).toBe(0);
    expect(events(watched).at(-1)).toMatchObject({ event: 'session.ready', sessionId, modelId });
  });

  it('refuses an id that nobody knows', async () => {
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
