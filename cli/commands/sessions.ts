import { common } from '../command-line/common-flags.ts';
import { defineCommand } from '../command-line/define-command.ts';
import type { ExitCode } from '../exit-codes.ts';

export const sessions = defineCommand({
  name: 'sessions',
  summary: 'List all sessions, newest first, and what each allows next',
  usage: [['']],
  tooMany: 'The list takes no id; one session: npx chirpsmith status ID',
  flags: common,
  done: 'shown',
  run: async (args, context): Promise<ExitCode> =>
    (await import('../list-sessions.ts')).listSessions(args, context),
});
