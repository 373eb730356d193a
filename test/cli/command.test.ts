import { expect, it } from 'vitest';
import { events, run, temporaryFolder } from './run-command.ts';

it.each([
  ['trian', 'There is no such command. Did you mean train?'],
  ['sign_out', 'There is no such command. Did you mean sign-out?'],
  ['constructor', 'There is no such command.'],
  ['--yes', 'Name the command first, and its options after it.'],
])('refuses the command %s and says what was meant', async (name, message) => {
  const home = await temporaryFolder();
  const ended = await run(name, ['--nmae', 'x', '--json'], { home });
  expect(ended.code).toBe(2);
  expect(events(ended)).toMatchObject([
    {
      event: 'input.rejected',
      problems: [{ where: name, message }],
      next: [{ command: 'npx chirpsmith --help' }],
    },
  ]);
});

it('reports every problem of a command line at once', async () => {
  const home = await temporaryFolder();
  const ended = await run('resume', ['a', 'b', '--nmae', 'x', '--speed', 'fast', '--stage', 'Prod'], {
    home,
  });
  expect(ended.code).toBe(2);
  expect(
    ended.stderr
      .split('\n')
      .map((line) => /^ {2}(.*?): /.exec(line)?.[1])
      .filter(Boolean),
  ).toEqual(['--nmae', '--speed', 'b', '--stage']);
});
