import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { performCommand } from '../../cli/command.ts';
import { defineCommand } from '../../cli/command-line/define-command.ts';
import { toggle } from '../../cli/command-line/flags.ts';
import { UsageError } from '../../cli/usage-error.ts';
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

it('says why it ends before it says that the stack is stopped', async () => {
  const told: string[] = [];
  const command = defineCommand({
    name: 'try',
    summary: '',
    usage: [],
    flags: { yes: toggle('') },
    tooMany: '',
    done: '',
    async run(_args, { display }) {
      try {
        throw new UsageError('The cause.');
      } finally {
        display.emit({ event: 'stack.stopped', home: '/home' });
      }
    },
  });
  const code = await performCommand(command, [], {
    env: {},
    stdout: new PassThrough().on('data', (text) => void told.push(String(text))),
    stderr: { write: (text) => told.push(text) > 0 },
    interruption: () => new AbortController().signal,
    confirm: undefined,
  });
  expect(code).toBe(2);
  expect(told.map((text) => text.trim())).toEqual([
    'The cause.',
    'The local stack is stopped; its data stay in /home.',
  ]);
});
