import { completionScript, type Shell, shells } from '../command-line/completion.ts';
import { defineCommand } from '../command-line/define-command.ts';
import { one } from '../command-line/flags.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

const isShell = (text: string): text is Shell => shells.some((shell) => shell === text);

export const completion = defineCommand({
  name: 'completion',
  summary: 'Print a script by which bash or zsh completes the commands',
  usage: [['bash'], ['zsh']],
  about: [
    'Run this in the shell, or put it into ~/.bashrc or ~/.zshrc with the path of this folder before it (cd FOLDER && …):',
    '  source <(npx chirpsmith completion bash)',
  ],
  positionals: {
    shell: one('SHELL', {
      help: 'bash or zsh',
      missing: 'Name the shell, as in npx chirpsmith completion bash.',
    }),
  },
  tooMany: 'One shell at a time.',
  flags: {},
  check({ shell }, { refuse }) {
    if (shell !== '' && !isShell(shell)) refuse(shell, 'There is a script for bash and for zsh.');
  },
  done: 'printed',
  codes: [2],
  run: async ({ shell }, { print, commands }): Promise<ExitCode> => {
    if (isShell(shell)) print(completionScript(shell, commands));
    return exitCodes.done;
  },
});
