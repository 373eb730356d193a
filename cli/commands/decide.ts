import { decisions } from '../../functions/domain/session.ts';
import { defaultSettings } from '../../functions/shared/settings.ts';
import {
  checkDeadline,
  common,
  goingOn,
  modelName,
  oneSession,
  session,
} from '../command-line/common-flags.ts';
import { type ArgumentsOf, defineCommand } from '../command-line/define-command.ts';
import { toggle } from '../command-line/flags.ts';
import type { ExitCode } from '../exit-codes.ts';

type Decision = (typeof decisions)[number];

/** The flags of the decisions, `checkAgain` of `check-again`. */
const flagOf = { 'check-again': 'checkAgain', 'create-again': 'createAgain', abandon: 'abandon' } as const;

export const decide = defineCommand({
  name: 'decide',
  summary: 'Decide what becomes of a training that was perhaps paid',
  usage: [
    ['ID --check-again', 'asks the provider once more; costs nothing'],
    ['ID --create-again', 'calls create again; may be paid twice'],
    ['ID --abandon', 'gives the session up for good'],
  ],
  about: ['npx chirpsmith status ID shows what is known. Who decided, what and when, is recorded.'],
  positionals: { session },
  tooMany: oneSession,
  flags: {
    checkAgain: toggle('ask the provider once more, for nothing'),
    createAgain: toggle(
      `call create again; it may cost ${defaultSettings.prices.create} credits a second time, so you are asked`,
    ),
    abandon: toggle('give the session up for good'),
    name: modelName('with --create-again: a corrected name for the model'),
    ...goingOn,
    ...common,
  },
  check(args, { mistyped, ...rules }) {
    const chosen = chosenOf(args);
    const all = decisions.map((one) => `--${one}`).join(', ');
    if (chosen.length === 0 && !mistyped) {
      rules.refuse(all, 'Say which of the three. What each does: npx chirpsmith decide --help');
    }
    if (chosen.length > 1) rules.refuse(chosen.map((one) => `--${one}`).join(', '), 'Only one of them.');
    if (args.abandon && args.watch) rules.refuse('--watch', 'Nothing follows --abandon: leave it out.');
    if (rules.given('name') && !args.createAgain) {
      rules.refuse('--name', 'It is for --create-again only: leave it out.');
    }
    checkDeadline(rules);
  },
  done: 'decided; with --watch: model ready',
  codes: [1, 2, 3, 4, 5, 130],
  run: async (args, context): Promise<ExitCode> => {
    const [choice = 'check-again'] = chosenOf(args);
    return (await import('../decide-session.ts')).decideSession({ ...args, choice }, context);
  },
});

const chosenOf = (args: Readonly<Record<(typeof flagOf)[Decision], boolean>>) =>
  decisions.filter((one) => args[flagOf[one]]);

export type DecideArguments = ArgumentsOf<typeof decide> & { readonly choice: Decision };
