import { isRunning } from '../functions/domain/session.ts';
import type { CommandContext } from './command.ts';
import type { ApproveArguments } from './commands/approve.ts';
import { confirmSpending } from './confirm-spending.ts';
import type { ExitCode } from './exit-codes.ts';
import { counted, creditsAt } from './output/format.ts';
import { reportRun } from './report-run.ts';
import { withSession } from './with-session.ts';

/**
 * Agrees to the training of a session that waits for review, after its clips and the price were shown.
 * @throws UsageError, ApiRefusal, ApiUnreachable
 */
export async function approveSession(args: ApproveArguments, context: CommandContext): Promise<ExitCode> {
  const { speed, watch, yes } = args;
  const { display } = context;
  return withSession(
    args.session,
    context,
    { speed, quiet: !watch, spends: true },
    async (session, reached) => {
      const { sessionId, tracks, creditsToCome: credits } = session;
      // One that is under way may come to its review at this moment.
      if (session.actions.includes('approve') || (isRunning(session) && credits > 0)) {
        const { provider, sandbox } = reached.stack;
        const clips = tracks.filter(({ status }) => status === 'done').length;
        display.emit({ event: 'session.status', ...session, next: [] });
        const about = { sessionId, kind: session.kind, clips, credits, provider, sandbox };
        display.emit({ event: 'price', ...about, earlier: 'none' });
        const question = `Train on these ${counted(clips, 'clip')} for ${creditsAt(credits, reached.stack)}?`;
        const what = `train "${session.name}" on ${counted(clips, 'clip')}`;
        const spending = { what, question, credits, dialect: 'mountsea' } as const;
        await confirmSpending(spending, { yes, evenInSandbox: true }, reached, context);
      }
      const after = await reached.client.approveSession(sessionId);
      return reportRun({ event: 'session.approved' }, { before: session, after }, args, reached, context);
    },
  );
}
