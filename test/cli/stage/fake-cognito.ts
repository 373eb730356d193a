import { createHash, createHmac, getDiffieHellman, hkdfSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { listenOnLoopback } from '../../../packages/local-servers/loopback.ts';

export interface FakeUser {
  password: string;
  readonly subject: string;
  /** The password is that of an invitation. */
  invited?: boolean;
  /** The code that the authenticator app shows. */
  readonly code?: string;
}

const requestSchema = z.object({
  ClientId: z.string(),
  AuthFlow: z.string().optional(),
  AuthParameters: z.record(z.string(), z.string()).default({}),
  ChallengeName: z.string().optional(),
  ChallengeResponses: z.record(z.string(), z.string()).default({}),
  Session: z.string().optional(),
  Token: z.string().optional(),
});
type Request = z.infer<typeof requestSchema>;

class Refusal extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}
const wrong = () => new Refusal('NotAuthorizedException', 'Incorrect username or password.');

const prime = getDiffieHellman('modp15').getPrime();
const n = big(prime);
const poolName = 'Ab12Cd34E';
export const userPoolId = `eu-central-1_${poolName}`;

/**
 * The calls of Cognito that the command line makes, with the server's half of SRP: a password is proved here as it is
 * there, and the fake could not read it.
 */
export async function startFakeCognito(options: {
  clientId: string;
  users: Readonly<Record<string, FakeUser>>;
  accessToken(subject: string): Promise<string>;
}) {
  const { clientId, users } = options;
  const calls: { operation: string; request: Request }[] = [];
  const refreshTokens = new Map<string, string>();
  const sessions = new Map<string, { user: string; b: bigint; A: bigint; salt: string; block: string }>();

  const userOf = (name = '') => {
    const found = users[name];
    if (!found) throw wrong();
    return found;
  };
  const tokens = async (name: string) => {
    const RefreshToken = randomBytes(12).toString('hex');
    refreshTokens.set(RefreshToken, name);
    const AccessToken = await options.accessToken(userOf(name).subject);
    return { AuthenticationResult: { AccessToken, RefreshToken, ExpiresIn: 900, TokenType: 'Bearer' } };
  };
  const open = (user: string, A = 0n) => {
    const Session = randomBytes(8).toString('hex');
    const salt = randomBytes(16).toString('hex');
    const session = { user, A, salt, b: big(randomBytes(48)), block: randomBytes(24).toString('base64') };
    sessions.set(Session, session);
    return { Session, ...session };
  };

  /** What comes after the password: a new one, a code, or the tokens. */
  const next = async (name: string) => {
    const { invited, code } = userOf(name);
    const ChallengeParameters = { USER_ID_FOR_SRP: name };
    const { Session } = open(name);
    if (invited) return { ChallengeName: 'NEW_PASSWORD_REQUIRED', Session, ChallengeParameters };
    if (code !== undefined) return { ChallengeName: 'SOFTWARE_TOKEN_MFA', Session, ChallengeParameters };
    return tokens(name);
  };

  async function initiate({ AuthFlow, AuthParameters: { USERNAME, SRP_A, REFRESH_TOKEN } }: Request) {
    if (AuthFlow === 'REFRESH_TOKEN_AUTH') {
      const name = refreshTokens.get(REFRESH_TOKEN ?? '');
      if (name === undefined) throw new Refusal('NotAuthorizedException', 'Refresh Token has been revoked');
      const AccessToken = await options.accessToken(userOf(name).subject);
      return { AuthenticationResult: { AccessToken, ExpiresIn: 900, TokenType: 'Bearer' } };
    }
    if (AuthFlow !== 'USER_SRP_AUTH') throw new Refusal('InvalidParameterException', `${AuthFlow} is off`);
    const { Session, salt, b, block } = open(userOf(USERNAME) && String(USERNAME), BigInt(`0x${SRP_A}`));
    const B = (multiplier * verifier(String(USERNAME), userOf(USERNAME).password, salt) + power(2n, b)) % n;
    return {
      ChallengeName: 'PASSWORD_VERIFIER',
      Session,
      ChallengeParameters: {
        SALT: salt,
        SRP_B: B.toString(16),
        SECRET_BLOCK: block,
        USER_ID_FOR_SRP: USERNAME,
      },
    };
  }

  async function respond({ ChallengeName, ChallengeResponses: given, Session = '' }: Request) {
    const session = sessions.get(Session);
    if (!session) throw new Refusal('NotAuthorizedException', 'Invalid session for the user.');
    const user = userOf(session.user);
    if (ChallengeName === 'PASSWORD_VERIFIER') {
      const { user: name, A, b, salt, block } = session;
      const v = verifier(name, user.password, salt);
      const B = (multiplier * v + power(2n, b)) % n;
      const u = big(sha(padded(A), padded(B)));
      const shared = power((A * power(v, u)) % n, b);
      const key = Buffer.from(hkdfSync('sha256', padded(shared), padded(u), 'Caldera Derived Key', 16));
      const expected = createHmac('sha256', key)
        .update(poolName + name)
        .update(Buffer.from(block, 'base64'))
        .update(given.TIMESTAMP ?? '')
        .digest('base64');
      if (given.PASSWORD_CLAIM_SIGNATURE !== expected) throw wrong();
    } else if (ChallengeName === 'NEW_PASSWORD_REQUIRED') {
      const password = given.NEW_PASSWORD ?? '';
      if (password.length < 14) throw new Refusal('InvalidPasswordException', 'Password not long enough');
      Object.assign(user, { password, invited: false });
    } else if (ChallengeName === 'SOFTWARE_TOKEN_MFA') {
      if (given.SOFTWARE_TOKEN_MFA_CODE === user.code) return tokens(session.user);
      throw new Refusal('CodeMismatchException', 'Invalid code received for user');
    }
    return next(session.user);
  }

  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const body = requestSchema.parse(JSON.parse(await text(request)));
    calls.push({ operation, request: body });
    const answer = async () => {
      if (body.ClientId !== clientId) throw new Refusal('ResourceNotFoundException', 'No such client.');
      if (operation === 'InitiateAuth') return initiate(body);
      if (operation === 'RespondToAuthChallenge') return respond(body);
      refreshTokens.delete(body.Token ?? '');
      return undefined;
    };
    const [status, sent] = await answer().then(
      (found) => [200, found] as const,
      (error: Refusal) => [400, { __type: error.type, message: error.message }] as const,
    );
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(sent === undefined ? '' : JSON.stringify(sent));
  });
  const { url, close } = await listenOnLoopback(server, 0);
  return { url, close, calls, refreshTokens };
}

const multiplier = big(sha(padded(n), padded(2n)));

function verifier(name: string, password: string, salt: string): bigint {
  const identity = sha(Buffer.from(`${poolName}${name}:${password}`));
  return power(2n, big(sha(padded(BigInt(`0x${salt}`)), identity)));
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let [square, rest] = [base % n, exponent]; rest > 0n; rest >>= 1n, square = (square * square) % n) {
    if (rest & 1n) result = (result * square) % n;
  }
  return result;
}

function padded(value: bigint): Buffer {
  const hex = value.toString(16);
  const even = hex.length % 2 === 1 ? `0${hex}` : hex;
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
}

function big(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

function sha(...parts: Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}
