import { sandboxHost } from '../functions/domain/provider-origin.ts';
import type { Belongs } from './next.ts';

/** Variables that name who is paid, with the names of others that a command needs besides. */
export interface ProviderVariables {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly needs: readonly string[];
}

/**
 * Variables that lead a command to the provider of what it is about: those of this shell where they name it, or else the
 * URL that is recorded. What is still movable goes where this shell says, if it says something.
 */
export function providerVariables(env: NodeJS.ProcessEnv, about: Belongs = {}): ProviderVariables {
  const { PROVIDER_BASE_URL: provider, RELAY_BASE_URL: relay, PROVIDER_CREDITS_URL: credits } = env;
  const ofShell = {
    PROVIDER_BASE_URL: provider,
    PROVIDER_CREDITS_URL: credits,
    RELAY_BASE_URL: relay,
  };
  const { provider: there, movable = false } = about;
  const isRelay = there?.dialect === 'relay';
  const named = isRelay ? relay : provider;
  const isThere = there === undefined || URL.parse(named ?? '')?.host === there.host;
  if (isThere || (movable && (provider || there.host === sandboxHost)))
    return { variables: ofShell, needs: [] };
  if (there.host === sandboxHost) return { variables: {}, needs: [] };
  const url = there.url ?? `https://${there.host}`;
  if (!isRelay) return { variables: { PROVIDER_BASE_URL: url, RELAY_BASE_URL: relay }, needs: [] };
  // The relay is named beside a provider, which is recorded nowhere.
  const needs = provider ? [] : ['PROVIDER_BASE_URL', 'PROVIDER_API_KEY'];
  return { variables: { ...ofShell, RELAY_BASE_URL: url }, needs };
}
