import type { Dialect } from '../functions/provider/provider.ts';
import type { CommandContext } from './command.ts';
import { answerToKey } from './doctor/provider-checks.ts';
import { UsageError } from './usage-error.ts';

/** Milliseconds for the answer. One that takes longer is no reason to refuse: the run waits for longer. */
const patience = 5000;

/**
 * Before a person is asked, and before anything is copied: does a provider answer where the setting says, and does it
 * accept the key? The call costs nothing. A stage has its own settings, which are not known here.
 * @throws UsageError naming the setting, when it surely does not
 */
export async function requireProvider(
  dialect: Dialect,
  { env, fetch, signal, target }: Pick<CommandContext, 'env' | 'fetch' | 'signal' | 'target'>,
): Promise<void> {
  if (target.stage !== undefined) return;
  const over = AbortSignal.timeout(patience);
  const question = { world: { env, fetch }, signal: AbortSignal.any([signal, over]) };
  const found = await answerToKey(dialect, question);
  signal.throwIfAborted();
  if (found?.result !== 'failed' || over.aborted) return;
  const words = found.next.map((one) => one.words).join(' ');
  throw new UsageError(`Nothing was asked or spent. ${found.seen}`, [
    { where: found.setting, message: words },
  ]);
}
