import { z } from 'zod';
import type { Tokens } from './api-client.ts';
import { ApiRefusal } from './api-errors.ts';
import { UsageError } from './usage-error.ts';

/** Gets a token when the first one is asked for, and a new one when one is refused, once for all who ask. */
export function cachedTokens(obtain: () => Promise<string>, first?: string): Tokens {
  let token = first;
  let coming: Promise<string> | undefined;
  const another = async () => {
    coming ??= obtain();
    try {
      token = await coming;
      return token;
    } finally {
      coming = undefined;
    }
  };
  return {
    current: async () => token ?? another(),
    renewed: async (refused) => (token !== undefined && token !== refused ? token : another()),
  };
}

const timeoutMs = 30_000;
/** Users of the local issuer, which gives a token to everyone. */
const longestName = 200;
const tokenAnswer = z.object({ access_token: z.string() });

/**
 * Tokens of the issuer on this machine, for any user name.
 * @param user the subject; without one the stack's own token and its user
 * @throws UsageError when the name cannot be one
 */
export function localTokens(
  stack: { readonly token: string; readonly issuer: string },
  user: string | undefined,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Tokens {
  if (user !== undefined && user.length > longestName) {
    const message = `A name has at most ${longestName} characters.`;
    throw new UsageError('Nobody has such a name.', [{ where: '--user', message }]);
  }
  const obtain = async () => {
    try {
      const response = await fetch(`${stack.issuer.replace(/\/+$/, '')}/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(user === undefined ? {} : { subject: user }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      return tokenAnswer.parse(await response.json()).access_token;
    } catch {
      throw new ApiRefusal(401, 'The API refuses our token, and the local issuer gives no new one.');
    }
  };
  return cachedTokens(obtain, user === undefined ? stack.token : undefined);
}
