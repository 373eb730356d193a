import http from 'node:http';
import { ChirpsmithError } from '../functions/shared/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Never behind a proxy: the stack, the sandbox and every other server of this machine. */
const thisMachine = ['127.0.0.1', 'localhost', '::1'];

/**
 * The proxy for what leaves this machine, from HTTPS_PROXY, HTTP_PROXY and NO_PROXY, upper or lower case as curl reads
 * them. Node itself would send requests to this machine through it, too.
 * @returns the variables for a process or a function; none when no proxy is named
 * @throws ChirpsmithError BadInput when one of them is no URL
 */
export function proxyVariables(environment: Environment): Record<string, string> {
  const given = (name: string) => environment[name.toLowerCase()] || environment[name] || '';
  const named = ['HTTPS_PROXY', 'HTTP_PROXY'].filter((name) => given(name) !== '');
  if (named.length === 0) return {};
  const wrong = named.filter((name) => !/^https?:$/.test(URL.parse(given(name))?.protocol ?? ''));
  if (wrong.length > 0) {
    // The value may hold a password.
    const message = 'It is not an http(s) URL, as in http://proxy.example.com:3128.';
    throw new ChirpsmithError('BadInput', 'The proxy cannot be used.', {
      problems: wrong.map((where) => ({ where, message })),
    });
  }
  const direct = [given('NO_PROXY'), ...thisMachine].filter((host) => host !== '');
  return {
    ...Object.fromEntries(named.map((name) => [name, given(name)])),
    NO_PROXY: direct.join(','),
  };
}

/** Sends what this process asks of other machines through the proxy, if one is named. @throws as {@link proxyVariables} */
export function useProxy(environment: Environment): void {
  const variables = proxyVariables(environment);
  if (Object.keys(variables).length > 0) http.setGlobalProxyFromEnv(variables);
}
