import { existsSync } from 'node:fs';
import type { SessionAnswer } from '../functions/api/contract/session.ts';
import { homeDirectory } from '../local/index.ts';
import { ApiRefusal, ApiUnreachable } from './api-errors.ts';
import type { CommandContext } from './command.ts';
import { type ConnectedStack, connectStack } from './connect.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { findSession, unknownSession } from './find-session.ts';
import { nextSteps } from './next-steps.ts';
import { refuseOtherSession } from './other-provider.ts';
import { show } from './output/format.ts';
import { stackEnded } from './watch-session.ts';

/**
 * The frame of every command on one session: reaches a stack, finds the session, works, and puts the stack away.
 * When the API refuses an action in the session's present state, it prints the API's words and the possible actions.
 * @param typed an id, or its beginning
 * @throws UsageError when there is no such session; no stack is started where there is none at all
 */
export async function withSession(
  typed: string,
  context: CommandContext,
  options: { speed?: number | undefined; quiet: boolean; spends: boolean },
  work: (session: SessionAnswer, reached: ConnectedStack) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { display, env, target } = context;
  if (target.stage === undefined && !existsSync(homeDirectory(env))) throw unknownSession(typed);
  const reached = await connectStack(options.speed, context, options);
  try {
    const session = await findSession(typed, reached.client);
    if (options.spends) refuseOtherSession(session, reached, context);
    try {
      return await work(session, reached);
    } catch (error) {
      if (error instanceof ApiUnreachable) {
        const look = { words: 'To see its state:', command: show(session.sessionId) };
        const next = error.next ?? [look];
        const message = reached.isStackRunning() ? error.message : stackEnded;
        display.emit({ event: 'error', message, next });
        return exitCodes.failed;
      }
      if (!(error instanceof ApiRefusal) || error.status !== 409) throw error;
      // Somebody may have changed it since.
      const now = await reached.client.getSession(session.sessionId);
      display.emit({ event: 'error', message: error.message, next: nextSteps(now.session) });
      return exitCodes.failed;
    }
  } finally {
    display.close();
    await reached.release();
  }
}
