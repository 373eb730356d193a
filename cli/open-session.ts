import { homeDirectory } from '../local/index.ts';
import type { CommandContext } from './command.ts';
import type { OpenArguments } from './commands/open.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { findStack } from './local-stack.ts';
import { readStage } from './stage/stage.ts';
import { UsageError } from './usage-error.ts';
import { withSession } from './with-session.ts';

/**
 * Opens the page of a session in the browser, where there is one, and says its address.
 * @throws UsageError where no page is served, ApiRefusal, ApiUnreachable
 */
export async function openSession(args: OpenArguments, context: CommandContext): Promise<ExitCode> {
  const page = await pageOf(context);
  const options = { quiet: true, spends: false };
  return withSession(args.session, context, options, async ({ sessionId }) => {
    const url = `${page.replace(/\/$/, '')}/#/sessions/${sessionId}`;
    const { openBrowser } = context;
    openBrowser?.(url);
    context.display.emit({ event: 'session.address', sessionId, url, opened: openBrowser !== undefined });
    return exitCodes.done;
  });
}

/** A stack that this command would start, and stop again, serves no page for long. */
async function pageOf({ env, target }: CommandContext): Promise<string> {
  const { stage } = target;
  if (stage === undefined) {
    const stack = await findStack(homeDirectory(env));
    if (stack) return stack.page;
    throw new UsageError('No page is served now.', [], undefined, [
      { words: 'Start the stack, and leave it running:', command: 'npx chirpsmith start' },
    ]);
  }
  const { page } = readStage({ ...target, stage }, env);
  if (page) return page.url;
  const message = `Its page is not known here: npx chirpsmith deploy --stage ${stage} names it.`;
  throw new UsageError('The page cannot be opened.', [{ where: '--stage', message }]);
}
