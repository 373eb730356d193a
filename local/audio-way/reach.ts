import { lookup as systemLookup } from 'node:dns/promises';
import { isOnThisMachine, isPrivateAddress } from '../this-machine.ts';

/** Addresses of a host name; rejects when it has none. */
export type Lookup = (host: string) => Promise<readonly string[]>;

export const lookupBySystem: Lookup = async (host) =>
  (await systemLookup(host, { all: true })).map(({ address }) => address);

/** From how far away a host can be reached. */
type Reach = 'this machine' | 'a private network' | 'anywhere';

/**
 * @returns `anywhere` also when the name has no address here: a proxy may know it, and a probe will tell
 */
export async function reachOf(url: string, lookup: Lookup = lookupBySystem): Promise<Reach> {
  const host = URL.parse(url)?.hostname ?? '';
  if (isOnThisMachine(url)) return 'this machine';
  const bare = host.replace(/^\[|\]$/g, '');
  const isAddress = bare.includes(':') || /^[\d.]+$/.test(bare);
  const addresses = isAddress ? [bare] : await lookup(bare).catch(() => []);
  if (addresses.length === 0) return 'anywhere';
  const at = (address: string) => `http://${address.includes(':') ? `[${address}]` : address}`;
  if (addresses.every((address) => isOnThisMachine(at(address)))) return 'this machine';
  return addresses.every((address) => isOnThisMachine(at(address)) || isPrivateAddress(address))
    ? 'a private network'
    : 'anywhere';
}

const order: readonly Reach[] = ['this machine', 'a private network', 'anywhere'];

/**
 * From where alone a way can be reached, when the provider is further away.
 * @returns undefined when it can reach it, as far as addresses tell
 */
export async function tooNear(
  way: string,
  provider: string,
  lookup?: Lookup,
): Promise<Exclude<Reach, 'anywhere'> | undefined> {
  const [wayReach, providerReach] = await Promise.all([reachOf(way, lookup), reachOf(provider, lookup)]);
  if (wayReach === 'anywhere' || order.indexOf(wayReach) >= order.indexOf(providerReach)) return undefined;
  return wayReach;
}
