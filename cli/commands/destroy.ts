import { onlyStage, yes } from '../command-line/common-flags.ts';
import { type ArgumentsOf, defineCommand } from '../command-line/define-command.ts';
import { pairs, toggle } from '../command-line/flags.ts';
import type { ExitCode } from '../exit-codes.ts';
import { noWords } from './deploy.ts';

export const destroy = defineCommand({
  name: 'destroy',
  summary: "Remove a stage's functions; audio and records stay",
  page: 'deploying.md',
  usage: [['--stage NAME']],
  about: [
    "Its API, its machines and its functions go. The audio, the records, the provider's key and the people stay, and the next deployment finds them again.",
  ],
  tooMany: noWords,
  flags: {
    ...onlyStage,
    all: toggle(
      'the storage stack too. What it holds stays in the account all the same, without a stack, until deleted by hand',
    ),
    context: pairs('configuration, as it was deployed with', '-c logDays=90'),
    yes,
  },
  done: 'removed',
  run: async (args, context): Promise<ExitCode> =>
    (await import('../stage/destroy-stage.ts')).destroyStage(args, context),
});

/** `context` as `name=value`. */
export type DestroyArguments = ArgumentsOf<typeof destroy>;
