import { common } from '../command-line/common-flags.ts';
import { defineCommand } from '../command-line/define-command.ts';
import type { ExitCode } from '../exit-codes.ts';

export const personas = defineCommand({
  name: 'personas',
  summary: 'List your personas, newest first',
  page: 'music.md',
  usage: [['']],
  tooMany: 'The list takes no name.',
  flags: common,
  done: 'shown',
  run: async (args, context): Promise<ExitCode> =>
    (await import('../list-personas.ts')).listPersonas(args, context),
});
