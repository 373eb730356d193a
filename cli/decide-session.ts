import { isRunning } from '../functions/domain/session.ts';
import { payeeOf } from './billed-account.ts';
import type { CommandContext } from './command.ts';
import type { DecideArguments } from './commands/decide.ts';
import { confirmSpending } from './confirm-spending.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { earlierCreate, priceAgain } from './next-steps.ts';
import { noteName } from './note-name.ts';
import { creditsAt } from './output/format.ts';
import { reportRun } from './report-run.ts';
import { withSession } from './with-session.ts';

/**
 * A person's word on a session whose create is in doubt or whose training was paid and failed: ask the provider
 * once more, call create again, or give the session up. Before a second create it is said what that may cost.
 * @throws UsageError, ApiRefusal, ApiUnreachable
 */
export async function decideSession(args: DecideArguments, context: CommandContext): Promise<ExitCode> {
  const { speed, watch, yes, choice } = args;
  const { display } = context;
  const options = { speed, quiet: !watch, spends: choice !== 'abandon' };
  return withSession(args.session, context, options, async (session, reached) => {
    const { sessionId, tracks, actions } = session;
    if (args.name !== undefined) noteName(args.name, display);
    // One that is under way may come to need a decision at this moment.
    if (choice === 'create-again' && (actions.includes('decide') || isRunning(session))) {
      const { kind } = session;
      const dialect = session.music?.dialect ?? 'mountsea';
      const billedAccount = payeeOf(dialect, reached.stack);
      const credits = priceAgain(session);
      const known = earlierCreate(session);
      const earlier = known === 'none' ? 'in-doubt' : known;
      const clips = tracks.filter(({ status }) => status === 'done').length;
      display.emit({ event: 'session.status', ...session, next: [] });
      display.emit({ event: 'price', sessionId, kind, clips, credits, earlier, ...billedAccount });
      const cost = earlier === 'in-doubt' ? 'for perhaps another' : 'for another';
      const call = kind === 'music' ? 'Ask for the music' : 'Call create';
      const question = `${call} again, ${cost} ${creditsAt(credits, billedAccount)}?`;
      const what = `${kind === 'music' ? 'ask for the music' : 'call create for'} "${session.name}" again`;
      const spending = { what, question, credits, dialect };
      await confirmSpending(spending, { yes, evenInSandbox: true }, reached, context);
    }
    const after = await reached.client.decideSession(sessionId, choice, args.name);
    const done = { event: 'session.decided', choice } as const;
    const code = await reportRun(done, { before: session, after }, args, reached, context);
    // Given up is what was asked for.
    return after.status === 'abandoned' ? exitCodes.done : code;
  });
}
