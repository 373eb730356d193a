import { getSecret } from '@aws-lambda-powertools/parameters/secrets';
import { logger } from '../../observability/log.ts';
import { toChirpsmithError } from '../../shared/aws-errors.ts';
import { environment } from '../../shared/environment.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import { isLocal } from '../../shared/setting-names.ts';

/** Seconds for which a function keeps a secret: a changed one is picked up within them. */
const keyLifetime = 300;

/** Reads a provider's key; `forceFetch`: now, and not the cached one. */
export function keyIn(secret: 'PROVIDER_SECRET' | 'RELAY_SECRET') {
  return async ({ forceFetch }: { forceFetch: boolean }): Promise<string> => {
    if (forceFetch) logger.warn('the provider refused the key: reading it anew');
    const options = { maxAge: keyLifetime, forceFetch };
    const key = await getSecret(environment(secret), options).catch((error) => {
      throw toChirpsmithError(error);
    });
    if (typeof key === 'string' && key !== '') return key;
    const [whose, variable] =
      secret === 'RELAY_SECRET' ? ["The relay's", 'RELAY_API_KEY'] : ["The provider's", 'PROVIDER_API_KEY'];
    const advice = isLocal(environment('STAGE'))
      ? `start the stack with ${variable}`
      : 'put it into the secret of this stage';
    throw new ChirpsmithError('ProviderAuth', `${whose} key is not set: ${advice}.`);
  };
}

/** What signs the events that go to the webhook. */
export async function webhookSecret(): Promise<string> {
  const secret = await getSecret(environment('WEBHOOK_SECRET'), { maxAge: keyLifetime }).catch((error) => {
    throw toChirpsmithError(error);
  });
  if (typeof secret === 'string' && secret !== '') return secret;
  throw new ChirpsmithError('Unexpected', 'The secret of the webhook has no value: put one into it.');
}
