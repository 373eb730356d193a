import { common } from '../command-line/common-flags.ts';
import { defineCommand } from '../command-line/define-command.ts';
import type { ExitCode } from '../exit-codes.ts';

export const models = defineCommand({
  name: 'models',
  summary: 'List the models that were trained here, newest first',
  page: 'music.md',
  usage: [['']],
  tooMany: 'The list takes no name.',
  flags: common,
  done: 'shown',
  run: async (args, context): Promise<ExitCode> =>
    (await import('../list-models.ts')).listModels(args, context),
});
