import type { SessionAnswer } from '../functions/api/contract.ts';
import { sandboxHost } from '../functions/domain/provider-origin.ts';
import type { Problem } from '../functions/shared/errors.ts';
import type { Surroundings } from './command.ts';
import type { ReachedStack } from './connect.ts';
import { InputRejected } from './usage-error.ts';

/**
 * What to set so that a session goes on where its ids mean something; nothing where this command's stack is that place.
 * A stage in AWS says so itself.
 */
export function otherProvider(
  { provider: there }: Pick<SessionAnswer, 'provider'>,
  { stack: { provider, relay, sandbox } }: Pick<ReachedStack, 'stack'>,
  { target }: Pick<Surroundings, 'target'>,
): Problem | undefined {
  if (there === undefined || target.stage !== undefined) return undefined;
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
 * @throws InputRejected naming the variable
 */
export function refuseOtherProvider(
  session: SessionAnswer,
  reached: ReachedStack,
  surroundings: Pick<Surroundings, 'target'>,
): void {
  const problem = otherProvider(session, reached, surroundings);
  // What is ready is asked about no more.
  if (problem === undefined || session.status === 'ready') return;
  const words = 'A stack that runs must end first; sessions and files are kept:';
  throw new InputRejected(
    'Nothing was asked or spent: the session belongs to another provider.',
    [problem],
    undefined,
    [{ words, command: 'npx chirpsmith stop' }],
  );
}
