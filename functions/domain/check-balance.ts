import { type Provider, ProviderError } from '../provider/provider.ts';
import { ChirpsmithError } from '../shared/errors.ts';

/**
 * Checks the account's balance before a call that costs credits. Goes on without a balance URL or an answer:
 * the provider itself refuses what the account cannot pay.
 * @param needed credits, by the configured prices
 * @param what would cost them, as the subject of a sentence
 * @throws ChirpsmithError CreditsExhausted
 */
export async function requireCredits(
  needed: number,
  what: string,
  provider: Pick<Provider, 'credits'>,
): Promise<void> {
  let credits: number | undefined;
  try {
    credits = await provider.credits();
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return;
  }
  if (credits === undefined || credits >= needed) return;
  throw new ChirpsmithError(
    'CreditsExhausted',
    `${what} would cost about ${needed} credits, and the account has ${credits}: ${Math.ceil(needed - credits)} more are needed. Nothing was sent.`,
  );
}
