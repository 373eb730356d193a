import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { events, run, temporaryFolder } from './run-command.ts';

it.each(['sessions', 'train', 'status'] as const)(
  '%s refuses a home that is a relative path',
  async (command) => {
    const args = command === 'status' ? ['3a4e'] : [];
    const ended = await run(command, [...args, '--json'], { home: 'data' });
    expect(ended.code).toBe(2);
    expect(events(ended)).toMatchObject([
      {
        event: 'input.rejected',
        problems: [{ where: 'CHIRPSMITH_HOME', message: expect.stringContaining('data is a relative path') }],
      },
    ]);
  },
);

it('train says why a home cannot be created, without a stack trace', async () => {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  const ended = await run('train', ['--json', '--yes'], { home: join(file, 'home') });
  expect(ended.code).toBe(1);
  expect(events(ended).at(-1)).toEqual({
    event: 'error',
    message:
      `${join(file, 'home', 'samples')} cannot be used: a part of the path is a file. ` +
      'Point CHIRPSMITH_HOME at a directory.',
  });
});
