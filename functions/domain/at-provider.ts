import type { Session } from './session.ts';

/**
 * Is anything of it at a provider: a session there, a call that costs, or ids that it was asked for with? Until then it
 * has surely cost nothing, and may begin at another provider.
 */
export function isAtProvider({
  kind,
  providerSessionId,
  create,
}: Pick<Session, 'kind' | 'providerSessionId' | 'create'>): boolean {
  const { fence, earlier } = create;
  return kind === 'music' || providerSessionId !== undefined || fence !== 'none' || earlier.length > 0;
}
