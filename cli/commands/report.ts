import { common, oneSession, session } from '../command-line/common-flags.ts';
import { type ArgumentsOf, defineCommand } from '../command-line/define-command.ts';
import { text } from '../command-line/flags.ts';
import type { ExitCode } from '../exit-codes.ts';

export const report = defineCommand({
  name: 'report',
  summary: 'Write what happened to a session into one HTML file',
  usage: [['ID'], ['ID --out FILE']],
  about: [
    'The view of the page with its data inside: files on one axis of time, each call that may cost, the words of the provider. It works offline and can be printed.',
  ],
  page: 'web.md',
  positionals: { session },
  tooMany: oneSession,
  flags: {
    out: text('<file>', 'where it goes (default chirpsmith-<first part of the id>.html)', { isPath: true }),
    ...common,
  },
  done: 'the file is written',
  run: async (args, context): Promise<ExitCode> =>
    (await import('../report-session.ts')).reportSession(args, context),
});

export type ReportArguments = ArgumentsOf<typeof report>;
