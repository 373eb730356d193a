import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';

/** Seconds between the page and the exchange; RFC 6749 recommends ten minutes at most. */
const codeSeconds = 60;

export type Answer =
  | { readonly status: 200 | 400; readonly body: object }
  | { readonly status: 200 | 400; readonly page: string }
  | { readonly status: 303; readonly location: string };

export interface CodeGrantOptions {
  /** The only client. */
  readonly clientId: string;
  /** What a person gets: an access token, and an ID token for the client. */
  tokens(subject: string): Promise<{ readonly access_token: string; readonly id_token: string }>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** What a page asks for; a plain `code_challenge` is not taken. */
const requestSchema = z.object({
  response_type: z.literal('code'),
  code_challenge: z.string().regex(/^[\w-]{43}$/),
  code_challenge_method: z.literal('S256'),
  state: z.string().optional(),
  login_hint: z.string().optional(),
});

const formSchema = z.object({ subject: z.string().min(1).max(200), action: z.enum(['sign-in', 'decline']) });

/**
 * The authorization code grant for a public client (RFC 6749, with PKCE by RFC 7636), with refresh tokens and their
 * revocation. Its page takes any name, as the issuer serves any user of this machine. What it has issued is gone
 * with the process.
 */
export function createCodeGrant({ clientId, tokens, now = Date.now }: CodeGrantOptions) {
  const codes = new Map<
    string,
    { subject: string; challenge: string; redirectUri: string; validUntil: number }
  >();
  const refreshTokens = new Map<string, string>();

  /** Where to, and for what; a redirect goes to this machine only, and an answer to it only where that is right. */
  function readRequest(query: URLSearchParams) {
    const redirectUri = query.get('redirect_uri') ?? '';
    const { protocol, hostname } = URL.parse(redirectUri) ?? {};
    if (protocol !== 'http:' || !['localhost', '127.0.0.1', '[::1]'].includes(hostname ?? '')) {
      return { problem: 'redirect_uri must be an http address on this machine.' };
    }
    if (query.get('client_id') !== clientId) return { problem: `client_id must be ${clientId}.` };
    const request = requestSchema.safeParse(Object.fromEntries(query));
    return request.success
      ? { redirectUri, request: request.data }
      : { problem: z.prettifyError(request.error) };
  }

  async function issued(subject: string, refreshToken: string): Promise<Answer> {
    refreshTokens.set(refreshToken, subject);
    const body = { ...(await tokens(subject)), token_type: 'Bearer', refresh_token: refreshToken };
    return { status: 200, body };
  }

  return {
    /** `GET /authorize`: the page. */
    page(query: URLSearchParams): Answer {
      const { problem, request } = readRequest(query);
      if (problem !== undefined) return { status: 400, page: `<p>${escapeHtml(problem)}</p>` };
      const subject = escapeHtml(request.login_hint ?? 'local');
      return {
        status: 200,
        page: `<h1>Local stack</h1>
<form method="post"><label>Sign in as <input name="subject" value="${subject}" maxlength="200" required></label>
<button name="action" value="sign-in">Sign in</button> <button name="action" value="decline">Decline</button></form>`,
      };
    },

    /** `POST /authorize`: what the page sends. */
    decide(query: URLSearchParams, form: URLSearchParams): Answer {
      const { problem, request, redirectUri } = readRequest(query);
      const decision = formSchema.safeParse(Object.fromEntries(form));
      if (problem !== undefined || !decision.success) {
        return { status: 400, page: `<p>${escapeHtml(problem ?? 'The form is not complete.')}</p>` };
      }
      const { subject, action } = decision.data;
      const location = new URL(redirectUri);
      if (request.state !== undefined) location.searchParams.set('state', request.state);
      if (action === 'decline') {
        location.searchParams.set('error', 'access_denied');
      } else {
        const code = randomName();
        const validUntil = now() + codeSeconds * 1000;
        codes.set(code, { subject, challenge: request.code_challenge, redirectUri, validUntil });
        location.searchParams.set('code', code);
      }
      return { status: 303, location: location.href };
    },

    /** `POST /token`, as a form. */
    async exchange(form: URLSearchParams): Promise<Answer> {
      if (form.get('client_id') !== clientId) return refused('invalid_client');
      const grant = form.get('grant_type');
      if (grant === 'refresh_token') {
        const refreshToken = form.get('refresh_token') ?? '';
        const subject = refreshTokens.get(refreshToken);
        return subject === undefined ? refused('invalid_grant') : issued(subject, refreshToken);
      }
      if (grant !== 'authorization_code') return refused('unsupported_grant_type');
      const code = form.get('code') ?? '';
      const found = codes.get(code);
      codes.delete(code);
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      const isRight =
        found !== undefined &&
        found.challenge === challenge &&
        found.redirectUri === form.get('redirect_uri') &&
        now() < found.validUntil;
      return isRight ? issued(found.subject, randomName()) : refused('invalid_grant');
    },

    /** `POST /revoke`: a token that is not known is one that is over (RFC 7009). */
    revoke(form: URLSearchParams): Answer {
      refreshTokens.delete(form.get('token') ?? '');
      return { status: 200, body: {} };
    },
  };
}

function refused(error: string): Answer {
  return { status: 400, body: { error } };
}

function randomName(): string {
  return randomBytes(24).toString('base64url');
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
