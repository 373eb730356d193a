import { stopStack } from '../../local/index.ts';
import { defineCommand } from '../command-line/define-command.ts';
import type { ExitCode } from '../exit-codes.ts';
import { completed } from '../stage-target.ts';
import { home } from './start.ts';

export const stop = defineCommand({
  name: 'stop',
  summary: 'End the stack; sessions and files are kept',
  page: 'local.md',
  usage: [['']],
  tooMany: 'It takes options only.',
  flags: { home: { ...home, help: 'whose stack (default CHIRPSMITH_HOME, or .chirpsmith/ here)' } },
  done: 'none runs any more',
  run: async (args, { env, target }): Promise<ExitCode> => {
    const place = { ...env, CHIRPSMITH_HOME: args.home ?? env.CHIRPSMITH_HOME };
    // While it runs, its home says which way the audio goes.
    const start = { words: '', command: 'npx chirpsmith start' };
    const { command = start.command } = completed(start, target, place);
    return stopStack(args.home, env, command);
  },
});
