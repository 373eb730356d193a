import type { IncomingHttpHeaders } from 'node:http';

/** A rule of a bucket's CORS configuration. */
export interface CorsRule {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
}

/** S3 allows one `*` in an origin or header name, for any text. */
function matches(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === text;
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
}

/** May pages of the origin do anything here? Which method, is decided by {@link corsHeaders}. */
export function allowsOrigin(rules: readonly CorsRule[], origin: string): boolean {
  return rules.some(({ origins }) => origins.some((one) => matches(one, origin)));
}

/**
 * The headers that let a browser read the answer or send the request; `undefined` when no rule allows it.
 * Without `Access-Control-Request-Method` it is the request itself, of the given method.
 */
export function corsHeaders(
  rules: readonly CorsRule[],
  method: string | undefined,
  headers: IncomingHttpHeaders,
): Record<string, string> | undefined {
  const { origin } = headers;
  if (origin === undefined) return undefined;
  const preflight = method === 'OPTIONS';
  const wantedMethod = preflight ? headers['access-control-request-method'] : method;
  const wantedHeaders = ((preflight && headers['access-control-request-headers']) || '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  for (const rule of rules) {
    const pattern = rule.origins.find((one) => matches(one, origin));
    if (pattern === undefined || wantedMethod === undefined || !rule.methods.includes(wantedMethod)) continue;
    const allowed = (name: string) => rule.headers.some((one) => matches(one.toLowerCase(), name));
    if (!wantedHeaders.every(allowed)) continue;
    return {
      'access-control-allow-origin': pattern === '*' ? '*' : origin,
      'access-control-allow-methods': rule.methods.join(', '),
      ...(wantedHeaders.length > 0 ? { 'access-control-allow-headers': wantedHeaders.join(', ') } : {}),
      ...(rule.exposed.length > 0 ? { 'access-control-expose-headers': rule.exposed.join(', ') } : {}),
      ...(pattern === '*' ? {} : { 'access-control-allow-credentials': 'true' }),
      vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
    };
  }
  return undefined;
}
