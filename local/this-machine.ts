/** Names and addresses of this machine itself; RFC 6761 reserves every name under `localhost` for it. */
const loopback = /^((.+\.)?localhost|127(\.\d+){3}|\[::1\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\])\.?$/;

/** Does a URL lead to this machine by its name alone? A server elsewhere would find itself there. */
export function isOnThisMachine(url: string): boolean {
  return loopback.test(URL.parse(url)?.hostname ?? '');
}

/** Addresses of private networks, as they are written in a URL or alone (RFC 1918, 3927, 6598, 4193, 4291). */
export const isPrivateAddress = (host: string): boolean =>
  /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)[\d.]+$/.test(
    host,
  ) || /^\[?f([cd]|e[89ab])[0-9a-f]*:/.test(host);
