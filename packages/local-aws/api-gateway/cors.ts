import type { HttpApi } from '../assembly.ts';

type Cors = NonNullable<HttpApi['cors']>;

/** Headers for the answer to a preflight; none when the origin is not allowed. */
export function preflightHeaders(cors: Cors, origin: string | undefined): Record<string, string> {
  const allowed = originHeaders(cors, origin);
  if (Object.keys(allowed).length === 0) return {};
  return {
    ...allowed,
    ...(cors.methods.length > 0 && { 'access-control-allow-methods': cors.methods.join(',') }),
    ...(cors.headers.length > 0 && { 'access-control-allow-headers': cors.headers.join(',') }),
    ...(cors.maxAgeSeconds !== undefined && { 'access-control-max-age': String(cors.maxAgeSeconds) }),
  };
}

/** Headers for every other answer. */
export function answerHeaders(cors: Cors, origin: string | undefined): Record<string, string> {
  const allowed = originHeaders(cors, origin);
  if (Object.keys(allowed).length === 0) return {};
  return {
    ...allowed,
    ...(cors.exposed.length > 0 && { 'access-control-expose-headers': cors.exposed.join(',') }),
  };
}

/** May pages of the origin use the API? */
export function allowsOrigin(cors: Cors, origin: string): boolean {
  return cors.origins.includes('*') || cors.origins.some((allowed) => covers(allowed, origin));
}

function originHeaders(cors: Cors, origin: string | undefined): Record<string, string> {
  if (origin === undefined || !allowsOrigin(cors, origin)) return {};
  if (cors.origins.includes('*')) return { 'access-control-allow-origin': '*' };
  return { 'access-control-allow-origin': origin, vary: 'origin' };
}

/** `http://*` and `https://*` stand for every origin of that scheme (documented); all else is exact. */
function covers(allowed: string, origin: string): boolean {
  return /^https?:\/\/\*$/.test(allowed) ? origin.startsWith(allowed.slice(0, -1)) : allowed === origin;
}
