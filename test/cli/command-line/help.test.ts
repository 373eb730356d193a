import { expect, it } from 'vitest';
import { helpOf, overviewOf } from '../../../cli/command-line/help.ts';
import { commands, groups } from '../../../cli/commands.ts';
import { run, temporaryFolder } from '../run-command.ts';

it.each([['the overview', overviewOf(groups)], ...commands.map((one) => [one.name, helpOf(one)])])(
  '%s fits into 80 columns',
  (_, text = '') => {
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  },
);

it('is there for every command, even with other mistakes', async () => {
  const home = await temporaryFolder();
  for (const { name } of commands) {
    const ended = await run(name, ['--help', '--deadline=soon'], { home });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain(`npx chirpsmith ${name}`);
  }
});

it('has a line for each flag that it shows', () => {
  for (const command of commands) {
    for (const [name, { hidden = false }] of Object.entries(command.flags)) {
      const typed =
        name === 'context' ? '-c' : `--${name.replace(/[A-Z]/g, (one) => `-${one.toLowerCase()}`)}`;
      expect(new RegExp(`^  ${typed}\\b`, 'm').test(helpOf(command)), `${command.name} ${typed}`).toBe(
        !hidden,
      );
    }
  }
});

it('lists every command when none is named, and does nothing', async () => {
  const home = await temporaryFolder();
  const { code, stdout } = await run('--help', [], { home });
  expect(code).toBe(0);
  for (const { name, summary } of commands)
    expect(stdout).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
});

it('is given by "help" and a command, too', async () => {
  const home = await temporaryFolder();
  expect((await run('help', ['train'], { home })).stdout).toBe(
    (await run('train', ['--help'], { home })).stdout,
  );
});
