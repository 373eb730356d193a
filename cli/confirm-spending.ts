import type { CommandContext } from './command.ts';
import type { ConnectedStack } from './connect.ts';
import { UsageError } from './usage-error.ts';

/**
 * Requires consent: `--yes`, or an answer at the terminal. The sandbox takes no real credits, so it asks only
 * where confirming is the point of the command, and only at a terminal.
 * @throws UsageError when the answer is no, or when real credits need consent and there is no terminal
 */
export async function confirmSpending(
  question: string,
  { yes, evenInSandbox = false }: { yes: boolean; evenInSandbox?: boolean },
  { stack }: Pick<ConnectedStack, 'stack'>,
  { ask, signal }: Pick<CommandContext, 'ask' | 'signal'>,
): Promise<void> {
  signal.throwIfAborted();
  if (yes || (stack.sandbox && !(evenInSandbox && ask))) return;
  if (!ask) {
    throw new UsageError(`Nothing was spent: ${stack.provider} takes real credits.`, [
      { where: '--yes', message: 'Nobody can be asked here: add --yes to agree beforehand.' },
    ]);
  }
  if (await ask(question)) return;
  throw new UsageError('Nothing was started or spent.');
}
