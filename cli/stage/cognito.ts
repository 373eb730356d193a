import { z } from 'zod';
import { beginSrp, srpTimestamp } from './srp.ts';

/** Cognito's word for why not. */
export class CognitoRefusal extends Error {
  override readonly name = 'CognitoRefusal';
  /** `NotAuthorizedException` and the like. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** No answer, or none that can be read. */
export class CognitoUnreachable extends Error {
  override readonly name = 'CognitoUnreachable';
}

/** What signing in gives. */
export interface SignedIn {
  readonly accessToken: string;
  /** With which the next access tokens are got, for 30 days. */
  readonly refreshToken: string;
}

/** What a person is asked on the way; each throws when nobody can be asked. */
export interface Asked {
  /** @param problem what was wrong with the one before */
  newPassword(problem: string | undefined): Promise<string>;
  /** @param problem what was wrong with the one before */
  code(problem: string | undefined): Promise<string>;
}

/** What the command line needs of a user pool: its JSON API, of which the client's calls are not signed. */
export interface Cognito {
  /** @throws CognitoRefusal, CognitoUnreachable, and what `asked` throws */
  signIn(user: string, password: string, asked: Asked): Promise<SignedIn>;
  /** An access token. */
  refresh(refreshToken: string): Promise<string>;
  /** Ends the refresh token, and with it what it was exchanged for. */
  revoke(refreshToken: string): Promise<void>;
}

const timeoutMs = 30_000;
/** Codes and new passwords that a person may get wrong in one attempt. */
const tries = 3;

const answerSchema = z.object({
  ChallengeName: z.string().optional(),
  Session: z.string().optional(),
  ChallengeParameters: z.record(z.string(), z.string()).default({}),
  AuthenticationResult: z.object({ AccessToken: z.string(), RefreshToken: z.string().optional() }).optional(),
});
type Answer = z.infer<typeof answerSchema>;

const refusalSchema = z.object({ __type: z.string(), message: z.string().default('') });

export interface CognitoOptions {
  readonly userPool: { readonly id: string; readonly clientId: string; readonly region: string };
  /** Another address than that of the region. */
  readonly endpoint?: string | undefined;
  readonly fetch?: typeof globalThis.fetch;
  readonly now?: () => Date;
}

/** A client of one user pool. Plain HTTPS: the calls of a public client need no signature, and so no SDK. */
export function createCognito({
  userPool: { id, clientId, region },
  endpoint = `https://cognito-idp.${region}.amazonaws.com`,
  fetch = globalThis.fetch,
  now = () => new Date(),
}: CognitoOptions): Cognito {
  async function call(operation: string, input: object): Promise<Answer> {
    let response: Response;
    let body: unknown;
    try {
      response = await fetch(endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
        },
        body: JSON.stringify({ ClientId: clientId, ...input }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await response.text();
      body = text === '' ? {} : JSON.parse(text);
    } catch (error) {
      throw new CognitoUnreachable(`${new URL(endpoint).host} gives no answer that can be read.`, {
        cause: error,
      });
    }
    const refusal = refusalSchema.safeParse(body);
    if (refusal.success) {
      const { __type: type, message } = refusal.data;
      throw new CognitoRefusal(type.split('#').at(-1) ?? type, message);
    }
    const parsed = answerSchema.safeParse(body);
    if (response.ok && parsed.success) return parsed.data;
    throw new CognitoUnreachable(
      `${new URL(endpoint).host} gives an answer that is not Cognito's (${response.status}).`,
    );
  }

  const respond = (ChallengeName: string, Session: string | undefined, ChallengeResponses: object) =>
    call('RespondToAuthChallenge', { ChallengeName, Session, ChallengeResponses });

  async function byPassword(user: string, password: string): Promise<Answer> {
    const attempt = beginSrp(id);
    const answer = await call('InitiateAuth', {
      AuthFlow: 'USER_SRP_AUTH',
      AuthParameters: { USERNAME: user, SRP_A: attempt.clientValue },
    });
    if (answer.ChallengeName !== 'PASSWORD_VERIFIER') return answer;
    const given = passwordChallenge.safeParse(answer.ChallengeParameters);
    if (!given.success) throw new CognitoUnreachable('Cognito sent a challenge that cannot be read.');
    const { SALT, SRP_B, SECRET_BLOCK, USER_ID_FOR_SRP } = given.data;
    const timestamp = srpTimestamp(now());
    const challenge = {
      salt: SALT,
      serverValue: SRP_B,
      secretBlock: SECRET_BLOCK,
      userIdForSrp: USER_ID_FOR_SRP,
    };
    return respond('PASSWORD_VERIFIER', answer.Session, {
      USERNAME: USER_ID_FOR_SRP,
      PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK,
      PASSWORD_CLAIM_SIGNATURE: attempt.sign(challenge, password, timestamp),
      TIMESTAMP: timestamp,
    });
  }

  /** Asks again while it can be mended by asking again. */
  async function answered(
    answer: Answer,
    user: string,
    field: string,
    { ask, mendable }: { ask: Asked['code']; mendable: string },
  ): Promise<Answer> {
    const { ChallengeName = '', Session } = answer;
    let problem: string | undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        return await respond(ChallengeName, Session, { USERNAME: user, [field]: await ask(problem) });
      } catch (error) {
        if (!(error instanceof CognitoRefusal) || error.code !== mendable || attempt >= tries) throw error;
        problem = error.message;
      }
    }
  }

  return {
    async signIn(user, password, asked) {
      let answer = await byPassword(user, password);
      const name = answer.ChallengeParameters.USER_ID_FOR_SRP ?? user;
      for (;;) {
        const { ChallengeName: challenge, AuthenticationResult: result } = answer;
        if (result?.RefreshToken !== undefined) {
          return { accessToken: result.AccessToken, refreshToken: result.RefreshToken };
        }
        if (challenge === 'NEW_PASSWORD_REQUIRED') {
          const how = { ask: asked.newPassword, mendable: 'InvalidPasswordException' };
          answer = await answered(answer, name, 'NEW_PASSWORD', how);
        } else if (challenge === 'SOFTWARE_TOKEN_MFA') {
          const how = { ask: asked.code, mendable: 'CodeMismatchException' };
          answer = await answered(answer, name, 'SOFTWARE_TOKEN_MFA_CODE', how);
        } else {
          throw new CognitoRefusal(
            challenge ?? 'no tokens',
            'The command line cannot answer this challenge.',
          );
        }
      }
    },
    async refresh(refreshToken) {
      const { AuthenticationResult: result } = await call('InitiateAuth', {
        AuthFlow: 'REFRESH_TOKEN_AUTH',
        AuthParameters: { REFRESH_TOKEN: refreshToken },
      });
      if (result === undefined) throw new CognitoUnreachable('Cognito gave no token.');
      return result.AccessToken;
    },
    async revoke(refreshToken) {
      await call('RevokeToken', { Token: refreshToken });
    },
  };
}

const passwordChallenge = z.object({
  SALT: z.string().regex(/^[0-9a-f]+$/i),
  SRP_B: z.string().regex(/^[0-9a-f]+$/i),
  SECRET_BLOCK: z.string(),
  USER_ID_FOR_SRP: z.string(),
});
