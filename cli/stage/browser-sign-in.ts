import { signInPorts, signInRedirect } from '../../infra/sign-in-redirects.ts';
import type { CommandContext } from '../command.ts';
import { UsageError } from '../usage-error.ts';
import type { Attempt, AuthorizationServer } from './authorization-server.ts';
import { listenForRedirect, type Page } from './redirect-listener.ts';

/** Time for a password, a second factor and, at the first sign-in, an authenticator app. */
const minutes = 15;

/** What a sign-in needs of the terminal. */
export type Terminal = Pick<CommandContext, 'openBrowser' | 'print'> & {
  readonly prompt: NonNullable<CommandContext['prompt']>;
};

export interface SignInOptions {
  /** The first free one is used. */
  readonly ports?: readonly number[];
  readonly timedOut?: AbortSignal;
}

/**
 * Signs a person in by the browser (authorization code with PKCE, RFC 8252). The browser comes back to a port of this
 * machine; when it runs on another one, the person pastes the address that it ended at.
 * @param user who shall sign in, where one is named
 * @throws SignInRefusal, ApiUnreachable, UsageError saying what to do, Interrupted on Ctrl-C
 */
export async function signInByBrowser(
  server: AuthorizationServer,
  { stage, user }: { readonly stage: string; readonly user: string | undefined },
  { openBrowser, print, prompt }: Terminal,
  { ports = signInPorts, timedOut = AbortSignal.timeout(minutes * 60_000) }: SignInOptions = {},
): ReturnType<Attempt['exchange']> {
  const over = new AbortController();
  const redirected = Promise.withResolvers<URLSearchParams>();
  // It may be rejected before the code below awaits it: that must not count as unhandled.
  redirected.promise.catch(() => {});
  let attempt: Attempt | undefined;
  const listener = await listenForRedirect(ports, signInRedirect, (url): Page => {
    try {
      const parameters = attempt?.read(url);
      if (parameters === undefined) return { status: 400, text: anotherSignIn };
      redirected.resolve(parameters);
      return { status: 200, text: 'You may close this window and go back to the terminal.' };
    } catch (error) {
      redirected.reject(error);
      return { status: 400, text: 'Nobody is signed in. The terminal says why; you may close this window.' };
    }
  });
  if (listener === undefined) {
    const message = `The ports ${ports.join(', ')} of this machine are in use, and the browser comes back to one of them: end a program that has one, such as another sign-in.`;
    throw cannotSignIn(stage, message);
  }
  const stopWaiting = () =>
    redirected.reject(
      cannotSignIn(
        stage,
        `Nobody signed in within ${minutes} minutes: run the command again. Where the page said redirect_mismatch, the issuer does not know ${signInRedirect(listener.port)}: npx chirpsmith deploy tells it.`,
      ),
    );
  timedOut.addEventListener('abort', stopWaiting);
  try {
    const begun = await server.begin(signInRedirect(listener.port), user);
    attempt = begun;
    print(
      openBrowser === undefined
        ? `Sign in to stage ${stage} at this address, in a browser:\n\n${begun.url}\n`
        : `The browser opens, to sign in to stage ${stage}. If it does not, open this address:\n\n${begun.url}\n`,
    );
    openBrowser?.(begun.url);
    if (timedOut.aborted) stopWaiting();
    pasted(begun, prompt, over.signal).then(redirected.resolve, redirected.reject);
    return await begun.exchange(await redirected.promise);
  } finally {
    timedOut.removeEventListener('abort', stopWaiting);
    over.abort();
    await listener.close();
  }
}

const anotherSignIn =
  'This page belongs to another sign-in. Use the newest window, or run the command again.';

/** @throws SignInRefusal, Interrupted on Ctrl-C or when the signal is aborted */
async function pasted(
  attempt: Attempt,
  prompt: Terminal['prompt'],
  signal: AbortSignal,
): Promise<URLSearchParams> {
  const question = 'If the browser ends at a localhost address that it cannot open, paste that address here:';
  let problem = '';
  for (;;) {
    const text = (await prompt(`${problem}${question}`, { hidden: false, signal })).trim();
    const url = URL.parse(text);
    const parameters = url === null ? undefined : attempt.read(url);
    if (parameters !== undefined) return parameters;
    problem =
      url === null
        ? 'That is no address. '
        : 'That address belongs to another sign-in; use the one that was shown last. ';
  }
}

function cannotSignIn(stage: string, message: string): UsageError {
  return new UsageError(`Nobody is signed in at stage ${stage}.`, [{ where: 'sign-in', message }]);
}
