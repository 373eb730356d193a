import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Assembly } from '../../packages/local-aws/assembly.ts';

/** The sandbox's API key: drawn once, kept for the next start. */
export function keptKey(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const key = `sandbox-${randomBytes(18).toString('base64url')}`;
    writeFileSync(file, key, { mode: 0o600 });
    return key;
  }
}

/** Tells two keys apart, and gives nothing of either away: a stack does not keep the key that it was started with. */
export const accountOfKey = (key: string): string =>
  createHash('sha256').update(`chirpsmith account ${key.trim()}`).digest('hex').slice(0, 16);

/** The providers' keys under the secrets that functions read; every other generated secret has a value of its own. */
export function secretValues(
  { secrets, functions }: Pick<Assembly, 'secrets' | 'functions'>,
  keys: { readonly provider: string; readonly relay: string },
): Record<string, string> {
  const isNamed = (variable: string, arn: string) =>
    functions.some(({ environment }) => environment[variable] === arn);
  const valueFor = (arn: string) => {
    if (isNamed('PROVIDER_SECRET', arn)) return keys.provider;
    if (isNamed('RELAY_SECRET', arn)) return keys.relay;
    return randomBytes(32).toString('hex');
  };
  return Object.fromEntries(secrets.map(({ name, arn }) => [name, valueFor(arn)]));
}

/** Of the options' keys, by the names of the variables that hold them. */
export function accountsOf({
  provider,
  relay,
}: {
  readonly provider?: { readonly key: string } | undefined;
  readonly relay?: { readonly key: string } | undefined;
}): Record<string, string> {
  return {
    ...(provider && { PROVIDER_API_KEY: accountOfKey(provider.key) }),
    ...(relay && { RELAY_API_KEY: accountOfKey(relay.key) }),
  };
}
