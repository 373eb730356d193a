import { ProviderError } from '../../provider/provider.ts';
import type { Deps } from '../../runtime/spec.ts';
import { settingName } from '../../shared/setting-names.ts';
import type { Settings } from '../../shared/settings.ts';
import type { AccountAnswer } from '../contract/account.ts';
import type { route } from './route.ts';

/** `GET /account`: who is paid, how much is left, as far as that can be known, what things cost and what is taken. */
export async function getAccount({
  here: { placeOf, stage },
  provider,
  settings: { prices, limits, rightsQuestion },
}: Deps<typeof route>): Promise<AccountAnswer> {
  const relay = placeOf('relay');
  return {
    provider: placeOf('mountsea')?.host ?? '',
    ...(relay && { relay: relay.host }),
    ...(await balanceOf(provider, stage)),
    prices,
    limits: known(limits),
    rightsQuestion,
  };
}

/** Those that a person who chooses files has to know. */
const known = ({
  minClips,
  maxTracks,
  maxBatchFiles,
  minSeconds,
  maxSeconds,
  maxBytes,
  maxNameLength,
  advisedNameLength,
}: Settings['limits']): AccountAnswer['limits'] => ({
  minClips,
  maxTracks,
  maxBatchFiles,
  minSeconds,
  maxSeconds,
  maxBytes,
  maxNameLength,
  advisedNameLength,
});

async function balanceOf(
  provider: Deps<typeof route>['provider'],
  stage: string,
): Promise<Pick<AccountAnswer, 'credits' | 'creditsUnknown'>> {
  try {
    const credits = await provider.credits();
    if (credits !== undefined) return { credits };
    const setting = settingName('providerCreditsUrl', stage);
    return { creditsUnknown: `no service for it is known: ${setting} names one` };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { creditsUnknown: `its service did not tell it: ${error.name}` };
  }
}
