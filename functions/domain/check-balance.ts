import { type Provider, ProviderError } from '../provider/provider.ts';
import { ChirpsmithError } from '../shared/errors.ts';

/** The account's balance; undefined where no service for it is known, or it gives no answer. */
export async function balanceOf(provider: Pick<Provider, 'credits'>): Promise<number | undefined> {
  try {
    return await provider.credits();
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return undefined;
  }
}

/**
 * Checks the account's balance before a call that costs credits. Goes on without a balance URL or an answer:
 * the provider itself refuses what the account cannot pay.
 * @param needed credits, by the configured prices
 * @param what would cost them, as the subject of a sentence
 * @returns the balance, where it is known
 * @throws ChirpsmithError CreditsExhausted
 */
export async function requireCredits(
  needed: number,
  what: string,
  provider: Pick<Provider, 'credits'>,
): Promise<number | undefined> {
  const credits = await balanceOf(provider);
  if (credits === undefined || credits >= needed) return credits;
  throw new ChirpsmithError(
    'CreditsExhausted',
    `${what} would cost about ${needed} credits, and the account has ${credits}: ${Math.ceil(needed - credits)} more are needed. Nothing was sent.`,
  );
}
