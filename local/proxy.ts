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

/** Errors of a connection that was not made: where there is a proxy, it is the only one that is connected to. */
const notConnected = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;

/**
 * The proxy that could not be reached, when a URL could not be asked.
 * @param code of the connection's error
 * @returns the variable that names it, what was seen, and what to do; undefined where another machine is the cause
 */
export function deadProxy(
  url: string | URL,
  code: string,
  environment: Environment,
): { readonly setting: string; readonly seen: string; readonly advice: string } | undefined {
  const { protocol, hostname, host, port } = new URL(url);
  // Of fetch: what has no proxy of its own takes the other one.
  const names = protocol === 'https:' ? ['HTTPS_PROXY', 'HTTP_PROXY'] : ['HTTP_PROXY'];
  const setting = names.flatMap((name) => [name.toLowerCase(), name]).find((name) => environment[name]);
  const proxy = URL.parse(environment[setting ?? ''] ?? '');
  if (!notConnected.test(code) || setting === undefined || !proxy) return undefined;
  const direct = (environment.no_proxy || environment.NO_PROXY || '').split(/[\s,]+/);
  const given = [hostname, `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`];
  const isDirect = (entry: string) =>
    entry === '*' ||
    given.some((name) => (/^[.*]/.test(entry) ? name.endsWith(entry.replace('*', '')) : name === entry));
  if ([...direct, ...thisMachine, '[::1]'].some((entry) => entry !== '' && isDirect(entry.toLowerCase())))
    return undefined;
  return {
    setting,
    // Its URL may hold a password.
    seen: `${host} could not be asked: the proxy ${proxy.host}, which ${setting} names, cannot be reached (${code}).`,
    advice: `Start that proxy, or correct ${setting}; to ask without it, add ${hostname} to NO_PROXY.`,
  };
}
