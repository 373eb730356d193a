import type { SessionAnswer } from '../functions/api/contract/session.ts';
import { sandboxHost } from '../functions/domain/provider-origin.ts';
import type { Problem } from '../functions/shared/errors.ts';
import type { CommandContext } from './command.ts';
import type { ConnectedStack } from './connect.ts';
import type { Next } from './next.ts';
import { UsageError } from './usage-error.ts';

/**
 * What to set so that a session goes on where its ids mean something; nothing where this command's stack is that place.
 * A stage in AWS says so itself.
 */
export function otherProvider(
  { provider: there, movable }: Pick<SessionAnswer, 'provider' | 'movable'>,
  { stack: { provider, relay, sandbox } }: Pick<ConnectedStack, 'stack'>,
  { target }: Pick<CommandContext, 'target'>,
): Problem | undefined {
  // Of what has cost nothing there, nothing is there: it belongs to the provider at which it is begun.
  if (there === undefined || movable || target.stage !== undefined) return undefined;
  const url = there.dialect === 'relay' ? relay : provider;
  const here = sandbox ? sandboxHost : URL.parse(url ?? '')?.host;
  if (here === there.host) return undefined;
  const name = there.dialect === 'relay' ? 'RELAY' : 'PROVIDER';
  const where = `${name}_BASE_URL`;
  const uses = here === sandboxHost ? 'the sandbox' : (here ?? 'none');
  const message =
    there.host === sandboxHost
      ? `The session belongs to the sandbox, and this command uses ${uses}: run it without ${where}.`
      : `The session belongs to the provider at ${there.host}, and this command uses ${uses}: set ${where} to its URL, with ${name}_API_KEY.`;
  return { where, message };
}

/**
 * Nothing is asked of a provider about what another one has.
 * @param besides what else can be done
 * @throws UsageError naming the variable
 */
export function refuseOtherProvider(
  session: SessionAnswer,
  reached: ConnectedStack,
  context: Pick<CommandContext, 'target'>,
  besides: readonly Next[] = [],
): void {
  const problem = otherProvider(session, reached, context);
  // What is ready is asked about no more.
  if (problem === undefined || session.status === 'ready') return;
  const words = 'A stack that runs must end first; sessions and files are kept:';
  throw new UsageError(
    'Nothing was asked or spent: the session belongs to another provider.',
    [problem],
    undefined,
    [{ words, command: 'npx chirpsmith stop' }, ...besides],
  );
}
