import {
  audioWay,
  checkDeadline,
  common,
  goingOn,
  minClips,
  modelName,
  oneSession,
  rightsConfirmed,
  session,
} from '../command-line/common-flags.ts';
import { type ArgumentsOf, defineCommand } from '../command-line/define-command.ts';
import type { ExitCode } from '../exit-codes.ts';

export const resume = defineCommand({
  name: 'resume',
  summary: 'Go on with a session that failed or was stopped, or start it',
  usage: [['ID --watch'], ['ID --name "New name"'], ['ID --min-clips 20']],
  about: [
    'Finished tracks are kept, failed ones tried again unless they were rejected for good, and a training that was paid is looked at, not paid again. A session that is running is left alone.',
  ],
  positionals: { session },
  tooMany: oneSession,
  flags: {
    name: modelName('a corrected name for the model, until create is taken'),
    minClips: { ...minClips, help: `${minClips.help}; until create is taken` },
    rightsConfirmed,
    ...goingOn,
    ...audioWay,
    ...common,
  },
  check: (_args, rules) => checkDeadline(rules),
  done: 'goes on; with --watch: model ready, or waits for approval',
  codes: [1, 2, 3, 4, 5, 130],
  run: async (args, context): Promise<ExitCode> =>
    (await import('../resume-session.ts')).resumeSession(args, context),
});

export type ResumeArguments = ArgumentsOf<typeof resume>;
