import type { JSONWebKeySet, JWTPayload } from 'jose';
import { decodeProtectedHeader } from 'jose/decode/protected_header';
import * as errors from 'jose/errors';
import { createLocalJWKSet } from 'jose/jwks/local';
import { jwtVerify } from 'jose/jwt/verify';

/** Why a request without permission was refused, for the `www-authenticate` header: never the token itself. */
export class Unauthorized extends Error {
  override readonly name = 'Unauthorized';
}

/** What the template says about a route's tokens. */
export interface JwtRules {
  readonly issuer: string;
  readonly audience: readonly string[];
}

export type Authorize = (authorization: string | undefined, rules: JwtRules) => Promise<JWTPayload>;

/** API Gateway takes RSA signatures and no others (documented). */
const algorithms = ['RS256', 'RS384', 'RS512'];

/**
 * API Gateway's checks of a JWT (documented): key id, signature, `iss`, `aud` (or `client_id` when there is no
 * `aud`), `exp`, and `nbf` and `iat` when they are there. Throws {@link Unauthorized}.
 */
export function createAuthorizer(keys: JSONWebKeySet, now: () => Date = () => new Date()): Authorize {
  const keyFor = createLocalJWKSet(keys);
  return async (authorization, rules) => {
    // The prefix `Bearer` may be missing (documented).
    const token = authorization?.trim().replace(/^Bearer\s+/i, '');
    if (!token) throw new Unauthorized('');
    try {
      if (decodeProtectedHeader(token).kid === undefined) throw new Unauthorized('the token names no key');
      const currentDate = now();
      const { payload } = await jwtVerify(token, keyFor, {
        algorithms,
        issuer: rules.issuer,
        requiredClaims: ['exp', 'iss'],
        currentDate,
      });
      const audience = payload.aud ?? payload.client_id;
      const named: unknown[] = Array.isArray(audience) ? audience : [audience];
      if (!rules.audience.some((one) => named.includes(one))) {
        throw new Unauthorized('the token has a different audience');
      }
      if (payload.iat !== undefined && payload.iat > currentDate.getTime() / 1000) {
        throw new Unauthorized('the token is from the future');
      }
      return payload;
    } catch (error) {
      if (error instanceof Unauthorized) throw error;
      throw new Unauthorized(reasonOf(error));
    }
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `the token's ${error.claim} is not accepted`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'the signature is not accepted';
  return 'the token is not accepted';
}
