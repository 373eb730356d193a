import type { CommandContext } from './command.ts';
import type { ConnectedStack } from './connect.ts';
import { UsageError } from './usage-error.ts';

/**
 * Goes on only by somebody's word: `--yes`, or an answer at the terminal. The sandbox takes no real credits, so it
 * is asked about only where the question is the point of the command, and where somebody is there to answer.
 * @throws UsageError when the answer is no, or when nobody can be asked about real credits
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
