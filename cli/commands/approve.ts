import { checkDeadline, common, goingOn, oneSession, session } from '../command-line/common-flags.ts';
import { type ArgumentsOf, defineCommand } from '../command-line/define-command.ts';
import type { ExitCode } from '../exit-codes.ts';

export const approve = defineCommand({
  name: 'approve',
  summary: 'Agree to the training of a session started with --review',
  usage: [['ID --watch']],
  about: [
    'Shows its clips and the price, and asks. With a real provider somebody must agree: at the terminal, or by --yes.',
  ],
  positionals: { session },
  tooMany: oneSession,
  flags: { ...goingOn, ...common },
  check: (_args, rules) => checkDeadline(rules),
  done: 'approved; with --watch: model ready',
  codes: [1, 2, 3, 4, 5, 130],
  run: async (args, context): Promise<ExitCode> =>
    (await import('../approve-session.ts')).approveSession(args, context),
});

export type ApproveArguments = ArgumentsOf<typeof approve>;
