import type { SessionAnswer } from '../functions/api/contract/session.ts';
import { sandboxHost } from '../functions/domain/provider-origin.ts';
import type { Problem } from '../functions/shared/errors.ts';
import type { CommandContext } from './command.ts';
import type { ConnectedStack } from './connect.ts';
import type { Belongs, Next } from './next.ts';
import { nextSteps } from './next-steps.ts';
import { UsageError } from './usage-error.ts';

/**
 * What to set so that a session, or what it made, goes on where its ids mean something; nothing where this command's
 * stack is that place. A stage in AWS says so itself.
 * @param what the subject of the message
 */
export function otherProvider(
  { provider: there, movable }: Belongs,
  { stack: { provider, relay, sandbox } }: Pick<ConnectedStack, 'stack'>,
  { target }: Pick<CommandContext, 'target'>,
  what: 'session' | 'model' = 'session',
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
      ? `The ${what} belongs to the sandbox, and this command uses ${uses}: run it without ${where}.`
      : `The ${what} belongs to the provider at ${there.host}, and this command uses ${uses}: set ${where} to its URL, with ${name}_API_KEY.`;
  return { where, message };
}

/**
 * Nothing is asked of a provider about what another one has.
 * @param besides what can be done instead
 * @throws UsageError naming the variable
 */
export function refuseOtherProvider(
  what: 'session' | 'model',
  there: Belongs,
  reached: Pick<ConnectedStack, 'stack'>,
  context: Pick<CommandContext, 'target'>,
  besides: readonly Next[],
): void {
  const problem = otherProvider(there, reached, context, what);
  if (problem === undefined) return;
  throw new UsageError(
    `Nothing was asked or spent: the ${what} belongs to another provider.`,
    [problem],
    undefined,
    [toStop, ...besides],
  );
}

/** Before a command that uses another provider. */
export const toStop: Next = {
  words: 'A stack that runs must end first; sessions and files are kept:',
  command: 'npx chirpsmith stop',
};

/**
 * The same of a session: what can be done with it is printed for its own provider.
 * @param besides what else can be done
 */
export function refuseOtherSession(
  session: SessionAnswer,
  reached: Pick<ConnectedStack, 'stack'>,
  context: Pick<CommandContext, 'target'>,
  besides: readonly Next[] = [],
): void {
  // What is ready is asked about no more.
  if (session.status === 'ready') return;
  refuseOtherProvider('session', session, reached, context, [...nextSteps(session), ...besides]);
}
