import { checkDeadline, common, oneSession, watching } from '../command-line/common-flags.ts';
import { type ArgumentsOf, defineCommand } from '../command-line/define-command.ts';
import { optional } from '../command-line/flags.ts';
import type { ExitCode } from '../exit-codes.ts';

export const status = defineCommand({
  name: 'status',
  summary: 'Show one session, and the commands to go on with',
  usage: [
    ['ID', 'as it is now'],
    ['ID --watch', 'follows it to its end'],
  ],
  positionals: {
    session: optional(
      'ID',
      "a session's id, or at least its first 4 characters; without it the list, as npx chirpsmith sessions",
    ),
  },
  tooMany: oneSession,
  flags: { ...watching, ...common },
  check(args, rules) {
    checkDeadline(rules);
    if (args.watch && args.session === undefined) {
      rules.refuse('--watch', 'Give the id of the session to watch.');
    }
  },
  done: 'shown; with --watch: model ready, or waits for approval',
  codes: [1, 2, 3, 4, 5, 130],
  run: async (args, context): Promise<ExitCode> =>
    (await import('../show-status.ts')).showStatus(args, context),
});

/** No `session` means the list. */
export type StatusArguments = ArgumentsOf<typeof status>;
