import { defineCommand } from '../command-line/define-command.ts';
import { one } from '../command-line/flags.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

export const completion = defineCommand({
  name: 'completion',
  summary: 'Print a script by which bash completes commands and flags',
  usage: [['bash']],
  about: [
    'Run this in bash, or put it into ~/.bashrc with the path of this folder before it (cd FOLDER && …):',
    '  source <(npx chirpsmith completion bash)',
  ],
  positionals: {
    shell: one('SHELL', { help: 'bash', missing: 'Name the shell, as in npx chirpsmith completion bash.' }),
  },
  tooMany: 'One shell at a time.',
  flags: {},
  check({ shell }, { refuse }) {
    if (shell !== '' && shell !== 'bash') refuse(shell, 'Completion is there for bash only.');
  },
  done: 'printed',
  codes: [2],
  run: async (_args, { print, commands }): Promise<ExitCode> => {
    print((await import('../command-line/completion.ts')).bashCompletion(commands));
    return exitCodes.done;
  },
});
