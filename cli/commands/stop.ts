import { stopStack } from '../../local/index.ts';
import { defineCommand } from '../command-line/define-command.ts';
import type { ExitCode } from '../exit-codes.ts';
import { home } from './start.ts';

export const stop = defineCommand({
  name: 'stop',
  summary: 'End the stack; sessions and files are kept',
  page: 'local.md',
  usage: [['']],
  tooMany: 'It takes options only.',
  flags: { home: { ...home, help: 'whose stack (default CHIRPSMITH_HOME, or .chirpsmith/ here)' } },
  done: 'none runs any more',
  run: async (args, context): Promise<ExitCode> => stopStack(args.home, context.env),
});
