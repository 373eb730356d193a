import type { Tokens } from '../api-client.ts';
import { ApiRefusal } from '../api-errors.ts';
import type { CommandContext } from '../command.ts';
import { cachedTokens } from '../tokens.ts';
import { UsageError } from '../usage-error.ts';
import { type AuthorizationServer, discoverIssuer, SignInRefusal } from './authorization-server.ts';
import { signInByBrowser } from './browser-sign-in.ts';
import { outputsFile, type Stage } from './stage.ts';
import { signInFile } from './token-cache.ts';

type Given = Pick<CommandContext, 'env' | 'openBrowser' | 'print' | 'prompt' | 'target'>;

/**
 * Tokens for a stage: CHIRPSMITH_TOKEN where it is set, else of the person who is signed in, else of the one who signs
 * in now by the browser.
 * @throws (when a token is asked for) UsageError saying what to do
 */
export function stageTokens(stage: Stage, given: Given): Tokens {
  const { env, target } = given;
  const { signIn } = stage;
  if (env.CHIRPSMITH_TOKEN || signIn === undefined) return broughtToken(stage, env.CHIRPSMITH_TOKEN);
  const { issuer, clientId } = signIn;
  const file = signInFile(outputsFile(stage.name, env));
  return cachedTokens(async () => {
    const kept = file.read();
    // A refresh token goes to its own issuer only.
    const isOurs = kept?.issuer === issuer && kept.clientId === clientId && isUser(kept.user, target.user);
    try {
      const server = await discoverIssuer(signIn);
      const renewed = kept && isOurs ? await refreshed(server, kept.refreshToken) : undefined;
      if (kept && renewed !== undefined) {
        // An issuer may give another refresh token in place of the one that was used.
        if (renewed.refreshToken !== undefined) file.write({ ...kept, refreshToken: renewed.refreshToken });
        return renewed.accessToken;
      }
      const { prompt } = given;
      if (prompt === undefined) throw nobodyToAsk(stage);
      const wanted = { stage: stage.name, user: target.user };
      const { accessToken, refreshToken, user } = await signInByBrowser(server, wanted, { ...given, prompt });
      if (!isUser(user, target.user)) throw somebodyElse(stage, user, target.user);
      if (refreshToken !== undefined) file.write({ user, issuer, clientId, refreshToken });
      return accessToken;
    } catch (error) {
      throw error instanceof SignInRefusal ? inWords(error, stage) : error;
    }
  });
}

/**
 * Ends a sign-in, here and at the issuer.
 * @returns who was signed in, and whether the issuer knows of the end
 */
export async function signOut(
  { name, signIn }: Stage,
  env: NodeJS.ProcessEnv,
): Promise<{ user: string; revoked: boolean } | undefined> {
  const file = signInFile(outputsFile(name, env));
  const kept = file.read();
  file.remove();
  if (kept === undefined) return undefined;
  const { user, refreshToken } = kept;
  if (signIn?.clientId !== kept.clientId || signIn.issuer !== kept.issuer) return { user, revoked: false };
  try {
    await (await discoverIssuer(signIn)).revoke(refreshToken);
    return { user, revoked: true };
  } catch {
    return { user, revoked: false };
  }
}

/** Ignores case: issuers return e-mail addresses as the user once typed them. */
function isUser(user: string, wanted: string | undefined): boolean {
  return wanted === undefined || wanted.toLowerCase() === user.toLowerCase();
}

/** Nothing when the refresh token has expired, or was revoked: one signs in again. */
async function refreshed(server: AuthorizationServer, refreshToken: string) {
  try {
    return await server.refresh(refreshToken);
  } catch (error) {
    if (error instanceof SignInRefusal && error.code === 'invalid_grant') return undefined;
    throw error;
  }
}

function notSignedIn({ name }: Stage, where: string, message: string): UsageError {
  return new UsageError(`Nobody is signed in at stage ${name}.`, [{ where, message }]);
}

function nobodyToAsk(stage: Stage): UsageError {
  const next = [{ words: 'Once, at a terminal:', command: 'npx chirpsmith sessions' }];
  const message =
    'It needs a terminal, and there is none here (--json counts as none): sign in once at a terminal, or set CHIRPSMITH_TOKEN.';
  const { message: summary, problems } = notSignedIn(stage, 'sign-in', message);
  return new UsageError(summary, problems, undefined, next);
}

function somebodyElse(stage: Stage, user: string, wanted = ''): UsageError {
  const message = `The browser signed in ${user}, not ${wanted}: run the command again and sign in there as ${wanted}, or name ${user}.`;
  return notSignedIn(stage, '--user', message);
}

/** Error codes of OAuth 2.0 (RFC 6749, sections 4.1.2.1 and 5.2), and what to do about them. */
const remedies: Readonly<Record<string, string>> = {
  access_denied: 'The sign-in was declined: run the command again to sign in.',
  invalid_grant: 'The sign-in took too long, or was used already: run the command again.',
  invalid_client:
    'The issuer does not know this client: was the stage removed? npx chirpsmith deploy writes where it is.',
  unauthorized_client:
    'The issuer does not let this client sign in like this: was the stage deployed as it is here?',
  invalid_scope: 'The issuer does not let this client ask for openid and email: allow it both there.',
  temporarily_unavailable: 'The issuer is overloaded: try again in a few minutes.',
  server_error: 'The issuer has failed: try again in a few minutes.',
};

function inWords({ code, message }: SignInRefusal, stage: Stage): UsageError {
  const said = message === '' ? code : `${code}: ${message}`;
  return notSignedIn(stage, 'sign-in', `${remedies[code] ?? 'The issuer refuses it.'} (${said})`);
}

function broughtToken(stage: Stage, token: string | undefined): Tokens {
  return {
    async current() {
      if (token) return token;
      const message =
        'No client of its issuer is known here: give --issuer and --client-id, or set CHIRPSMITH_TOKEN to an access token of the issuer.';
      throw notSignedIn(stage, 'CHIRPSMITH_TOKEN', message);
    },
    async renewed() {
      throw new ApiRefusal(
        401,
        'The API refuses CHIRPSMITH_TOKEN: get a new one from the issuer of the stage.',
      );
    },
  };
}
