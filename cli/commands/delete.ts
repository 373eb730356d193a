import { type PaidWork, paidWorks } from '../../functions/domain/session.ts';
import { common, oneSession, session, yes } from '../command-line/common-flags.ts';
import { type ArgumentsOf, defineCommand } from '../command-line/define-command.ts';
import { toggle } from '../command-line/flags.ts';
import type { ExitCode } from '../exit-codes.ts';

export const deleteCommand = defineCommand({
  name: 'delete',
  summary: 'Delete a session with its files, for good; asks first',
  usage: [['ID']],
  about: [
    'Its files go in all their versions. It is possible while nothing runs: npx chirpsmith cancel ID stops a session. The clips and the model at the provider stay there. What ended early is deleted by the same command again.',
  ],
  positionals: { session },
  tooMany: oneSession,
  flags: {
    yes,
    abandonPaidTraining: toggle(
      'give up a training that is paid and may still succeed: without the session nobody finds it, and --yes alone does not do',
    ),
    abandonPaidMusic: toggle('the same of music'),
    copies: toggle('delete only the copies of its audio in a bucket of your own; the session stays'),
    ...common,
  },
  done: 'deleted',
  run: async (args, context): Promise<ExitCode> => {
    if (args.copies) return (await import('../left-audio.ts')).deleteCopiesOf(args.session, context);
    const given = { training: args.abandonPaidTraining, music: args.abandonPaidMusic };
    const abandon = paidWorks.filter((work) => given[work]);
    return (await import('../delete-session.ts')).deleteSession({ ...args, abandon }, context);
  },
});

export type DeleteArguments = ArgumentsOf<typeof deleteCommand> & { readonly abandon: readonly PaidWork[] };
