import { ApiRefusal, ApiUnreachable } from '../api-client.ts';
import type { CommandContext } from '../command.ts';
import { cachedTokens, type Tokens } from '../tokens.ts';
import { UsageError } from '../usage-error.ts';
import {
  type Asked,
  type Cognito,
  CognitoRefusal,
  CognitoUnreachable,
  createCognito,
  type SignedIn,
} from './cognito.ts';
import { isSafe, outputsFile, type Stage } from './stage.ts';
import { type SignInFile, signInFile } from './token-cache.ts';

type Given = Pick<CommandContext, 'env' | 'prompt' | 'target'>;

/**
 * Tokens for a stage: of the one who is signed in, else of whoever signs in now, by a name and a password. Where no
 * user pool is known, CHIRPSMITH_TOKEN.
 * @throws (when a token is asked for) UsageError saying what to do
 */
export function stageTokens(stage: Stage, given: Given): Tokens {
  const { env, target } = given;
  const { userPool } = stage;
  if (userPool === undefined) return broughtToken(stage, env.CHIRPSMITH_TOKEN);
  const cognito = cognitoOf(stage, userPool, env);
  const file = signInFile(outputsFile(stage.name, env));
  const clientId = userPool.clientId;
  return cachedTokens(async () => {
    const kept = file.read();
    const isOurs = kept?.clientId === clientId && (target.user ?? kept.user) === kept.user;
    try {
      if (kept && isOurs) {
        const token = await refreshed(cognito, kept.refreshToken);
        if (token !== undefined) return token;
      }
      const user = target.user ?? (isOurs ? kept?.user : undefined) ?? (await askForName(stage, given));
      const signed = await signIn(cognito, user, stage, given);
      file.write({ user, clientId, refreshToken: signed.refreshToken });
      return signed.accessToken;
    } catch (error) {
      throw inWords(error, stage);
    }
  });
}

/**
 * Ends a sign-in, here and at the user pool.
 * @returns who was signed in, and whether the pool knows of the end
 */
export async function signOut(
  stage: Stage,
  env: NodeJS.ProcessEnv,
): Promise<{ user: string; revoked: boolean } | undefined> {
  const file: SignInFile = signInFile(outputsFile(stage.name, env));
  const kept = file.read();
  if (kept === undefined) {
    file.remove();
    return undefined;
  }
  let revoked = false;
  if (stage.userPool?.clientId === kept.clientId) {
    revoked = await cognitoOf(stage, stage.userPool, env)
      .revoke(kept.refreshToken)
      .then(
        () => true,
        () => false,
      );
  }
  file.remove();
  return { user: kept.user, revoked };
}

function cognitoOf(
  { name }: Stage,
  userPool: NonNullable<Stage['userPool']>,
  { AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: endpoint }: NodeJS.ProcessEnv,
): Cognito {
  if (endpoint && !isSafe(endpoint)) {
    const problem = {
      where: 'AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER',
      message: 'It is not an https URL.',
    };
    throw new UsageError(`Stage ${name} cannot be reached like this.`, [problem]);
  }
  return createCognito({ userPool, endpoint: endpoint || undefined });
}

/** Nothing when the refresh token is over, or was revoked: one signs in again. */
async function refreshed(cognito: Cognito, refreshToken: string): Promise<string | undefined> {
  try {
    return await cognito.refresh(refreshToken);
  } catch (error) {
    if (error instanceof CognitoRefusal && error.code === 'NotAuthorizedException') return undefined;
    throw error;
  }
}

async function signIn(
  cognito: Cognito,
  user: string,
  stage: Stage,
  { env, prompt }: Given,
): Promise<SignedIn> {
  const secretly = async (question: string, where: string, message: string) => {
    if (prompt === undefined) throw cannotAsk(stage, [{ where, message }]);
    return prompt(question, { hidden: true });
  };
  const again = (problem: string | undefined) => (problem === undefined ? '' : `${problem} `);
  const asked: Asked = {
    async newPassword(problem) {
      const missing = 'An invitation asks for a password of your own: sign in once at a terminal.';
      const question = `${again(problem)}A new password for ${user}, at least 14 characters:`;
      const password = await secretly(question, 'new password', missing);
      const repeated = await secretly('Once more:', 'new password', missing);
      return password === repeated ? password : asked.newPassword('These were two different ones.');
    },
    code: (problem) =>
      secretly(
        `${again(problem)}The six digits of your authenticator app:`,
        'code',
        'It needs the code of an authenticator app: sign in once at a terminal.',
      ),
  };
  const password =
    env.CHIRPSMITH_PASSWORD ||
    (await secretly(
      `Password of ${user} at stage ${stage.name}:`,
      'CHIRPSMITH_PASSWORD',
      'Nobody can be asked for the password here: set it, or sign in once at a terminal.',
    ));
  return cognito.signIn(user, password, asked);
}

async function askForName(stage: Stage, { prompt }: Given): Promise<string> {
  const name = (
    await prompt?.(`Sign in to stage ${stage.name}. Your e-mail address:`, { hidden: false })
  )?.trim();
  if (name) return name;
  throw cannotAsk(stage, [{ where: '--user', message: 'Say who signs in: --user NAME or CHIRPSMITH_USER.' }]);
}

function cannotAsk({ name }: Stage, problems: readonly { where: string; message: string }[]): UsageError {
  return new UsageError(`Nobody is signed in at stage ${name}.`, problems);
}

/** What Cognito refuses, and what to do about it (its API reference, InitiateAuth and RespondToAuthChallenge). */
const remedies: Readonly<Record<string, string>> = {
  NotAuthorizedException:
    'The name or the password is wrong, or the invitation has expired: whoever runs the stage can send another one.',
  UserNotFoundException: 'The name or the password is wrong.',
  PasswordResetRequiredException: 'The password was reset: whoever runs the stage can set another one.',
  UserNotConfirmedException: 'The account is not confirmed yet: whoever runs the stage can do that.',
  CodeMismatchException: 'The code was wrong: run the command again.',
  ExpiredCodeException: 'The code is too old: run the command again.',
  InvalidPasswordException: 'The new password is not accepted: run the command again.',
  TooManyRequestsException: 'Too many attempts: try again in a few minutes.',
  LimitExceededException: 'Too many attempts: try again in a few minutes.',
  ResourceNotFoundException:
    'There is no such user pool or client: was the stage removed? npx chirpsmith deploy writes where it is.',
  InvalidParameterException:
    'The user pool does not allow this way to sign in: was the stage deployed as it is here?',
  MFA_SETUP: 'The account needs an authenticator app first: set it up where the account is managed.',
};

function inWords(error: unknown, { name }: Stage): unknown {
  if (error instanceof CognitoUnreachable) return new ApiUnreachable(error.message, { cause: error });
  if (!(error instanceof CognitoRefusal)) return error;
  const said = error.message === '' ? error.code : `${error.code}: ${error.message}`;
  return new UsageError(`Nobody is signed in at stage ${name}.`, [
    { where: 'sign-in', message: `${remedies[error.code] ?? 'Cognito refuses it.'} (${said})` },
  ]);
}

function broughtToken({ name }: Stage, token: string | undefined): Tokens {
  return {
    async current() {
      if (token) return token;
      throw new UsageError(`Nobody is signed in at stage ${name}.`, [
        {
          where: 'CHIRPSMITH_TOKEN',
          message: 'The stage has no user pool of its own: set it to an access token of its issuer.',
        },
      ]);
    },
    async renewed() {
      throw new ApiRefusal(
        401,
        'The API refuses CHIRPSMITH_TOKEN: get a new one from the issuer of the stage.',
      );
    },
  };
}
