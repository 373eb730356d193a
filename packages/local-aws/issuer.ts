import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { JSONWebKeySet, JWK } from 'jose';
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint';
import { SignJWT } from 'jose/jwt/sign';
import { exportJWK } from 'jose/key/export';
import { generateKeyPair } from 'jose/key/generate/keypair';
import { importJWK } from 'jose/key/import';
import { z } from 'zod';
import { readBody, serveOnLoopback } from '../local-servers/loopback.ts';
import { type Answer, createCodeGrant } from './issuer/code-grant.ts';

export interface IssuerOptions {
  /** 0 for a free one. */
  readonly port: number;
  /** Where the key pair is kept, readable by its owner only, so that tokens outlive a restart. */
  readonly directory: string;
  /** The `iss` of its tokens, as the template names it; default: its own address. */
  readonly issuer?: string;
  /** The `aud` of its tokens, as the template names it; default `chirpsmith`. */
  readonly audience?: string;
  /** Whether pages of another origin may sign people in: read the description, and ask for tokens. None by default. */
  readonly allowsOrigin?: (origin: string) => boolean;
}

/** Issues tokens to any user of this machine: a stand-in for the identity provider of a real stage. */
export interface Issuer {
  readonly url: string;
  readonly issuer: string;
  /** The public keys, for verification. */
  readonly keys: JSONWebKeySet;
  /** A token for 12 hours. `claims` are put on top of, or in place of, the usual ones. */
  token(subject: string, claims?: Readonly<Record<string, unknown>>): Promise<string>;
  close(): Promise<void>;
}

/** API Gateway accepts RSA signatures only, so the local issuer makes no others. */
export const algorithm = 'RS256';

const lifetimeSeconds = 12 * 60 * 60;

const tokenRequest = z.strictObject({ subject: z.string().min(1).max(200).default('local') });

/**
 * Serves the discovery document, the keys, the authorization code grant for the client that is called as the audience,
 * and, as a short way for programs, `POST /token` with a subject as JSON. On loopback.
 */
export async function startIssuer(options: IssuerOptions): Promise<Issuer> {
  const key = await readOrCreateKey(options.directory);
  const privateKey = await importJWK(key, algorithm);
  const publicKey = { kty: key.kty, n: key.n, e: key.e, kid: key.kid, alg: algorithm, use: 'sig' };
  const keys: JSONWebKeySet = { keys: [publicKey] };
  const audience = options.audience ?? 'chirpsmith';
  let issuer = options.issuer ?? '';

  const token: Issuer['token'] = async (subject, claims = {}) => {
    const now = Math.floor(Date.now() / 1000);
    const usual = { iss: issuer, aud: audience, sub: subject, iat: now, exp: now + lifetimeSeconds };
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: algorithm, kid: publicKey.kid, typ: 'JWT' })
      .sign(privateKey);
  };

  const grant = createCodeGrant({
    clientId: audience,
    tokens: async (subject) => ({
      access_token: await token(subject, { client_id: audience }),
      id_token: await token(subject, { email: subject }),
      expires_in: lifetimeSeconds,
    }),
  });
  const form = async (request: IncomingMessage) =>
    new URLSearchParams((await readBody(request, 10_000))?.toString('utf8'));

  async function answer(request: IncomingMessage): Promise<Answer | { status: 404; body: object }> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    switch (`${request.method ?? ''} ${pathname}`) {
      case 'GET /.well-known/openid-configuration':
        return {
          status: 200,
          body: {
            issuer,
            jwks_uri: `${url}/.well-known/jwks.json`,
            authorization_endpoint: `${url}/authorize`,
            token_endpoint: `${url}/token`,
            revocation_endpoint: `${url}/revoke`,
            id_token_signing_alg_values_supported: [algorithm],
            response_types_supported: ['code'],
            grant_types_supported: ['authorization_code', 'refresh_token'],
            code_challenge_methods_supported: ['S256'],
            token_endpoint_auth_methods_supported: ['none'],
            subject_types_supported: ['public'],
          },
        };
      case 'GET /.well-known/jwks.json':
        return { status: 200, body: keys };
      case 'GET /authorize':
        return grant.page(searchParams);
      case 'POST /authorize':
        return grant.decide(searchParams, await form(request));
      case 'POST /revoke':
        return grant.revoke(await form(request));
      case 'POST /token': {
        const type = request.headers['content-type'] ?? '';
        if (type.startsWith('application/x-www-form-urlencoded')) return grant.exchange(await form(request));
        const body = await readBody(request, 10_000);
        const parsed = tokenRequest.safeParse(parseBody(body));
        if (!parsed.success) {
          return {
            status: 400,
            body: { error: 'invalid_request', error_description: z.prettifyError(parsed.error) },
          };
        }
        return {
          status: 200,
          body: {
            access_token: await token(parsed.data.subject),
            token_type: 'Bearer',
            expires_in: lifetimeSeconds,
          },
        };
      }
      default:
        return { status: 404, body: { error: 'not_found' } };
    }
  }

  const { allowsOrigin = () => false } = options;
  const { url, close } = await serveOnLoopback({ port: options.port, allowsOrigin }, (request, response) => {
    const { origin } = request.headers;
    // A form and a bearer-less GET need no preflight, so that there is no answer to one.
    if (origin !== undefined && allowsOrigin(origin)) {
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader('vary', 'origin');
    }
    answer(request)
      .then((found) => send(response, found))
      .catch(() => send(response, { status: 500, body: { error: 'server_error' } }));
  });
  issuer ||= url;
  return { url, issuer, keys, token, close };
}

const keySchema = z.looseObject({
  kty: z.literal('RSA'),
  n: z.string(),
  e: z.string(),
  d: z.string(),
  kid: z.string(),
});

async function readOrCreateKey(directory: string): Promise<z.infer<typeof keySchema>> {
  const file = join(directory, 'issuer-key.json');
  const stored = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (stored !== undefined) {
    const parsed = keySchema.safeParse(JSON.parse(stored));
    if (!parsed.success) throw new Error(`${file} holds no key; remove it to make a new one.`);
    await chmod(file, 0o600);
    return parsed.data;
  }
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk: JWK = await exportJWK(privateKey);
  const key = keySchema.parse({ ...jwk, kid: await calculateJwkThumbprint(jwk) });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // Written whole or not at all: half a key would stop every later start.
  const half = `${file}.${process.pid}`;
  await writeFile(half, JSON.stringify(key), { mode: 0o600 });
  await rename(half, file);
  return key;
}

function parseBody(body: Buffer | undefined): unknown {
  if (body === undefined) return undefined;
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, answer: Answer | { status: 404 | 500; body: object }): void {
  response.setHeader('cache-control', 'no-store');
  if ('location' in answer) {
    response.writeHead(answer.status, { location: answer.location }).end();
  } else if ('page' in answer) {
    response.writeHead(answer.status, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><title>Chirpsmith</title><link rel="icon" href="data:,">${answer.page}\n`);
  } else {
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  }
}
