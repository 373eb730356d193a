import { common, oneSession, session } from '../command-line/common-flags.ts';
import { type ArgumentsOf, defineCommand } from '../command-line/define-command.ts';
import type { ExitCode } from '../exit-codes.ts';

export const openCommand = defineCommand({
  name: 'open',
  summary: 'Open the page of a session in the browser, and print its address',
  usage: [['ID']],
  about: ['The page of this machine is there while the stack runs: npx chirpsmith start.'],
  page: 'web.md',
  positionals: { session },
  tooMany: oneSession,
  flags: common,
  done: 'its address is printed',
  run: async (args, context): Promise<ExitCode> =>
    (await import('../open-session.ts')).openSession(args, context),
});

export type OpenArguments = ArgumentsOf<typeof openCommand>;
