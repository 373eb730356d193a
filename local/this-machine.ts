/** Names and addresses of this machine itself; RFC 6761 reserves every name under `localhost` for it. */
const loopback = /^((.+\.)?localhost|127(\.\d+){3}|\[::1\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\])\.?$/;

/** Does a URL lead to this machine by its name alone? A server elsewhere would find itself there. */
export function isOnThisMachine(url: string): boolean {
  return loopback.test(URL.parse(url)?.hostname ?? '');
}
