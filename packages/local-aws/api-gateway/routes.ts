import type { HttpApi } from '../assembly.ts';

export type Route = HttpApi['routes'][number];

export interface MatchedRoute {
  readonly route: Route;
  /** Decoded. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The key of the route for requests that match no other (documented). */
const fallback = '$default';

/**
 * The route of a request, or undefined. A path without parameters goes first, then one with, then a greedy
 * `{proxy+}`, and last `$default` (documented); a trailing slash is another path.
 * @param path as sent, without the query
 */
export function matchRoute(routes: readonly Route[], method: string, path: string): MatchedRoute | undefined {
  const matched = routes.flatMap((route): MatchedRoute[] => {
    const [routeMethod = '', routePath = ''] = route.key.split(' ');
    const parameters = routeMethod === method ? matchPath(routePath, path) : undefined;
    return parameters ? [{ route, parameters }] : [];
  });
  const count = ({ route, parameters }: MatchedRoute) =>
    isGreedy(route.key) ? Number.POSITIVE_INFINITY : Object.keys(parameters).length;
  const rest = routes.find(({ key }) => key === fallback);
  return matched.toSorted((a, b) => count(a) - count(b))[0] ?? (rest && { route: rest, parameters: {} });
}

const isGreedy = (key: string) => key.endsWith('+}');

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const segments = path.split('/');
  const given = isGreedy(pattern)
    ? [...segments.slice(0, wanted.length - 1), segments.slice(wanted.length - 1).join('/')]
    : segments;
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = decode(given[index] ?? '');
    const parameter = /^\{(.+?)\+?\}$/.exec(segment)?.[1];
    if (parameter === undefined ? segment !== value : value === '') return undefined;
    if (parameter !== undefined) parameters[parameter] = value;
  }
  return parameters;
}

/** Percent-decoded; what is not valid stays as it was sent. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
