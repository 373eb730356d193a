import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sharedStack, songs } from '../../test-support/local-stack.ts';
import { events, run, temporaryFolder } from './run-command.ts';

test('sessions on this machine belong to the user that a command names', async () => {
  const { stack } = await sharedStack();
  const home = await temporaryFolder();
  await writeFile(join(home, 'stack.json'), JSON.stringify(stack.ready));
  const folder = join(home, 'tracks');
  await mkdir(folder);
  for (const { name, bytes } of songs(6)) await writeFile(join(folder, name), bytes);

  const train = [folder, '--name', 'x', '--json', '--review', '--deadline', '0.01', '--user', 'anna'];
  const told = events(await run('train', train, { home })).at(-1);
  const sessionId = String(told?.sessionId);
  expect(JSON.stringify(told)).toContain(`npx chirpsmith status --user anna ${sessionId}`);

  const listed = async (user: string) => {
    const { stdout } = await run('sessions', ['--json'], { home, env: { CHIRPSMITH_USER: user } });
    return events({ stdout }).flatMap((event) => (event.event === 'session.listed' ? [event.sessionId] : []));
  };
  expect(await listed('anna')).toEqual([sessionId]);
  expect(await listed('ben')).toEqual([]);
  for (const command of ['status', 'resume', 'cancel'] as const) {
    const refused = await run(command, [sessionId, '--user', 'ben'], { home });
    expect(refused.stderr).toContain('There is no such session');
    expect(refused.code).toBe(2);
  }
  const cancelled = await run('cancel', [sessionId, '--user', 'anna'], { home });
  expect(cancelled.code, cancelled.stderr).toBe(0);
});
