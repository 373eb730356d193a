import { signal } from '@preact/signals';
import * as oauth from 'oauth4webapi';

/** Whom the page belongs to: `/config.json`, beside its files. */
interface SignInConfig {
  /** The `iss` of the tokens. */
  readonly issuer: string;
  /** Where the issuer describes itself; its own address, except on one machine. */
  readonly discovery: string;
  readonly clientId: string;
}

interface Tokens {
  readonly access: string;
  readonly refresh: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly user: string;
}

interface Attempt {
  readonly verifier: string;
  readonly state: string;
  /** The `#…` to come back to. */
  readonly returnTo: string;
}

/** Nobody is signed in, or not any more. */
export class SignedOut extends Error {
  override readonly name = 'SignedOut';
}

const tokensKey = 'tokens';
const attemptKey = 'sign-in';
/** A token is renewed so long before it ends. */
const earlyMs = 60_000;

/** Only in this tab, and only until it is closed. */
function stored<T>(key: string): T | undefined {
  const text = sessionStorage.getItem(key);
  return text === null ? undefined : JSON.parse(text);
}

const tokens = signal<Tokens | undefined>(stored<Tokens>(tokensKey));

/** Who is signed in. */
export const user = () => tokens.value?.user;
/** Why nobody is, where a person should know. */
export const signInNote = signal<string | undefined>(undefined);

function keep(next: Tokens | undefined): void {
  tokens.value = next;
  if (next === undefined) sessionStorage.removeItem(tokensKey);
  else sessionStorage.setItem(tokensKey, JSON.stringify(next));
}

interface Issuer {
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
}

// An issuer on this machine has no certificate; anywhere else the page's policy lets it reach https only.
const request = { [oauth.allowInsecureRequests]: true };
let found: Promise<Issuer> | undefined;

function issuer(): Promise<Issuer> {
  found ??= discover().catch((error: unknown) => {
    // Asked again at the next try.
    found = undefined;
    throw error;
  });
  return found;
}

async function discover(): Promise<Issuer> {
  const config: SignInConfig = await (await fetch('config.json')).json();
  const response = await oauth.discoveryRequest(new URL(config.discovery), request);
  const server = await oauth.processDiscoveryResponse(new URL(config.issuer), response);
  return { server, client: { client_id: config.clientId } };
}

const redirectUri = () => `${location.origin}/`;

/** Goes to the issuer's page (authorization code with PKCE), and comes back to this address. */
export async function signIn(): Promise<void> {
  const { server, client } = await issuer();
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const attempt: Attempt = { verifier, state, returnTo: location.hash };
  sessionStorage.setItem(attemptKey, JSON.stringify(attempt));
  const url = new URL(server.authorization_endpoint ?? '');
  const offline = server.scopes_supported?.includes('offline_access') ? ['offline_access'] : [];
  const parameters = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri(),
    scope: ['openid', 'email', ...offline].join(' '),
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  location.assign(url);
}

/** Ends a sign-in with which the browser has just come back; without one it does nothing. */
export async function finishSignIn(): Promise<void> {
  const here = new URL(location.href);
  if (!here.searchParams.has('state')) return;
  const attempt = stored<Attempt>(attemptKey);
  sessionStorage.removeItem(attemptKey);
  // A code is good for one use: a reload must not send it again.
  history.replaceState(null, '', `/${attempt?.returnTo ?? ''}`);
  if (attempt === undefined) return;
  try {
    const { server, client } = await issuer();
    const read = oauth.validateAuthResponse(server, client, here, attempt.state);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      read,
      redirectUri(),
      attempt.verifier,
      request,
    );
    const answer = await oauth.processAuthorizationCodeResponse(server, client, response, {
      requireIdToken: true,
    });
    const claims = oauth.getValidatedIdTokenClaims(answer);
    const names = [claims?.email, claims?.preferred_username, claims?.sub];
    const name = names.find((claim) => typeof claim === 'string');
    keep(tokensOf(answer, name ?? ''));
    signInNote.value = undefined;
  } catch (error) {
    signInNote.value =
      error instanceof oauth.AuthorizationResponseError && error.error === 'access_denied'
        ? 'You declined to sign in.'
        : `The sign-in did not succeed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function tokensOf(answer: oauth.TokenEndpointResponse, name: string, refresh?: string): Tokens {
  return {
    access: answer.access_token,
    refresh: answer.refresh_token ?? refresh,
    expiresAt: Date.now() + (answer.expires_in ?? 300) * 1000,
    user: name,
  };
}

let renewal: Promise<string> | undefined;

/**
 * A token for the API, renewed when it is about to end.
 * @param refused a token that the API has just refused
 * @throws SignedOut, TypeError when the issuer does not answer
 */
export async function accessToken(refused?: string): Promise<string> {
  const now = tokens.value;
  if (now === undefined) throw new SignedOut();
  if (now.access !== refused && Date.now() < now.expiresAt - earlyMs) return now.access;
  renewal ??= renew(now).finally(() => {
    renewal = undefined;
  });
  return renewal;
}

async function renew(old: Tokens): Promise<string> {
  if (old.refresh === undefined) return ended();
  const { server, client } = await issuer();
  try {
    const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), old.refresh, request);
    const answer = await oauth.processRefreshTokenResponse(server, client, response);
    const next = tokensOf(answer, old.user, old.refresh);
    keep(next);
    return next.access;
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) return ended();
    throw error;
  }
}

function ended(): never {
  keep(undefined);
  signInNote.value = 'Your sign-in ended. Nothing is lost: you come back to this page.';
  throw new SignedOut();
}

/** Forgets the tokens, and ends the refresh token at the issuer. */
export async function signOut(): Promise<void> {
  const refresh = tokens.value?.refresh;
  keep(undefined);
  signInNote.value = undefined;
  if (refresh === undefined) return;
  try {
    const { server, client } = await issuer();
    await oauth.revocationRequest(server, client, oauth.None(), refresh, request);
  } catch {
    // It ends by itself.
  }
}
