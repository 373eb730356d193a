import * as oauth from 'oauth4webapi';
import { ApiUnreachable } from '../api-errors.ts';
import { isSafe } from './stage.ts';

/** The issuer's error code, and its description. */
export class SignInRefusal extends Error {
  override readonly name = 'SignInRefusal';
  /** An error code of OAuth 2.0, such as `access_denied` or `invalid_grant`. */
  readonly code: string;

  constructor(code: string, description = '') {
    super(description);
    this.code = code;
  }
}

export interface SignedIn {
  readonly accessToken: string;
  /** Absent where the issuer gives none to this client. */
  readonly refreshToken: string | undefined;
}

/** A sign-in that has begun. */
export interface Attempt {
  /** The page to sign in at. */
  readonly url: string;
  /**
   * Reads the address that the browser came back to.
   * @returns nothing when it belongs to another sign-in, or to none
   * @throws SignInRefusal when the issuer, or the person there, has declined
   */
  read(redirected: URL): URLSearchParams | undefined;
  /** @param parameters as `read` returns them */
  exchange(parameters: URLSearchParams): Promise<SignedIn & { readonly user: string }>;
}

/** An OpenID issuer, as the command line uses it. All methods throw SignInRefusal and ApiUnreachable. */
export interface AuthorizationServer {
  /** @param user who shall sign in, where one is named; the page then asks again, even if the browser is signed in already */
  begin(redirectUri: string, user: string | undefined): Promise<Attempt>;
  refresh(refreshToken: string): Promise<SignedIn>;
  /** Ends a refresh token, and with it what it was exchanged for. */
  revoke(refreshToken: string): Promise<void>;
}

const timeoutMs = 30_000;

/**
 * Finds an issuer's endpoints (OpenID Connect Discovery). The client is public: PKCE stands in for its secret.
 * @param issuer `https:`, or on this machine
 * @throws ApiUnreachable when nothing there describes an issuer
 */
export async function discoverIssuer(
  { issuer, clientId }: { readonly issuer: string; readonly clientId: string },
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Promise<AuthorizationServer> {
  const { host } = new URL(issuer);
  const client: oauth.Client = { client_id: clientId };
  const request = {
    // The library would refuse an issuer on this machine; what is elsewhere must be https, see below.
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (url: string, init: object): Promise<Response> => {
      if (!isSafe(url)) throw new ApiUnreachable(`${host} names an address that is not https: ${url}`);
      try {
        return await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
      } catch (error) {
        throw new ApiUnreachable(`${new URL(url).host} does not answer.`, { cause: error });
      }
    },
  };
  const server = await understood(host, async () =>
    oauth.processDiscoveryResponse(new URL(issuer), await oauth.discoveryRequest(new URL(issuer), request)),
  );
  const publicClient = oauth.None();

  return {
    async begin(redirectUri, user) {
      const { authorization_endpoint: page, scopes_supported: scopes = [] } = server;
      if (page === undefined || !isSafe(page)) {
        throw new ApiUnreachable(
          `${host} names no page to sign in at: was the stage deployed as it is here?`,
        );
      }
      const verifier = oauth.generateRandomCodeVerifier();
      const state = oauth.generateRandomState();
      const url = new URL(page);
      const parameters = {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        // Cognito gives a refresh token without asking, and refuses a scope that it does not know.
        scope: ['openid', 'email', ...scopes.filter((scope) => scope === 'offline_access')].join(' '),
        state,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...(user === undefined ? {} : { login_hint: user, prompt: 'login' }),
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return {
        url: url.href,
        read(redirected) {
          try {
            const read = oauth.validateAuthResponse(server, client, redirected, state);
            return read.has('code') ? read : undefined;
          } catch (error) {
            if (!(error instanceof oauth.AuthorizationResponseError)) return undefined;
            throw new SignInRefusal(error.error, error.error_description);
          }
        },
        exchange: (read) =>
          understood(host, async () => {
            const response = await oauth.authorizationCodeGrantRequest(
              server,
              client,
              publicClient,
              read,
              redirectUri,
              verifier,
              request,
            );
            const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
              requireIdToken: true,
            });
            const claims = oauth.getValidatedIdTokenClaims(tokens);
            const names = [claims?.email, claims?.preferred_username, claims?.sub];
            const user = names.find((claim) => typeof claim === 'string') ?? '';
            return { ...signedIn(tokens), user };
          }),
      };
    },
    refresh: (refreshToken) =>
      understood(host, async () => {
        const response = await oauth.refreshTokenGrantRequest(
          server,
          client,
          publicClient,
          refreshToken,
          request,
        );
        return signedIn(await oauth.processRefreshTokenResponse(server, client, response));
      }),
    revoke: (refreshToken) =>
      understood(host, async () => {
        await oauth.processRevocationResponse(
          await oauth.revocationRequest(server, client, publicClient, refreshToken, request),
        );
      }),
  };
}

function signedIn(tokens: oauth.TokenEndpointResponse): SignedIn {
  return { accessToken: tokens.access_token, refreshToken: tokens.refresh_token };
}

async function understood<T>(host: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiUnreachable) throw error;
    if (error instanceof oauth.ResponseBodyError) {
      throw new SignInRefusal(error.error, error.error_description);
    }
    const said = error instanceof Error ? error.message : String(error);
    throw new ApiUnreachable(`${host} gives an answer that is not an OpenID issuer's: ${said}`, {
      cause: error,
    });
  }
}
