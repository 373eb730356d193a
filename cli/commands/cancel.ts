import { common, oneSession, session } from '../command-line/common-flags.ts';
import { type ArgumentsOf, defineCommand } from '../command-line/define-command.ts';
import type { ExitCode } from '../exit-codes.ts';

export const cancel = defineCommand({
  name: 'cancel',
  summary: 'Stop a session; what is done and paid is kept',
  usage: [['ID']],
  about: [
    'Says what is paid, and what still runs at the provider and goes on there. npx chirpsmith resume ID goes on later.',
  ],
  positionals: { session },
  tooMany: oneSession,
  flags: common,
  done: 'cancelled',
  run: async (args, context): Promise<ExitCode> =>
    (await import('../cancel-session.ts')).cancelSession(args, context),
});

export type CancelArguments = ArgumentsOf<typeof cancel>;
