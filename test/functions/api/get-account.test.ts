import { describe, expect, it } from 'vitest';
import { getAccount } from '../../../functions/api/get-account/get-account.ts';
import type { Dialect } from '../../../functions/provider/provider.ts';
import { creditsUrlOf } from '../../../functions/shared/mountsea.ts';
import { defaultSettings } from '../../../functions/shared/settings.ts';
import { providerError, scriptedProvider } from '../../scripted-provider.ts';

const hosts: Partial<Record<Dialect, string>> = { mountsea: 'api.example.test', relay: 'relay.example.test' };
const depsOf = (credits: number | undefined | Error, known = hosts, stage = 'prod') => ({
  here: {
    stage,
    placeOf: (dialect: Dialect) => {
      const host = known[dialect];
      return host === undefined ? undefined : { host, dialect, stage: 'prod' };
    },
  },
  provider: scriptedProvider(credits === undefined ? {} : { credits: [credits] }).provider,
  settings: defaultSettings,
});

describe('GET /account', () => {
  it('says who is paid, and how much is left', async () => {
    expect(await getAccount(depsOf(512))).toMatchObject({
      provider: 'api.example.test',
      relay: 'relay.example.test',
      credits: 512,
    });
  });

  it('says what things cost here, what files are taken, and whether the rights are asked about; no other setting', async () => {
    const { prices, limits, rightsQuestion } = await getAccount(depsOf(512));
    expect({ prices, rightsQuestion }).toEqual({
      prices: { create: 100, upload: 1, generate: 40 },
      rightsQuestion: true,
    });
    expect(limits).toEqual({
      minClips: 6,
      maxTracks: 100,
      maxBatchFiles: 10_000,
      minSeconds: 6,
      maxSeconds: 1800,
      maxBytes: 500 * 1024 * 1024,
      maxNameLength: 80,
      advisedNameLength: 16,
    });
  });

  it('says why the balance is not known: no service is named, or it did not answer', async () => {
    const alone = { mountsea: 'api.example.test' };
    expect(await getAccount(depsOf(undefined, alone))).toMatchObject({
      provider: 'api.example.test',
      creditsUnknown: expect.stringContaining('no service'),
    });
    const names = async (stage: string) => (await getAccount(depsOf(undefined, alone, stage))).creditsUnknown;
    expect(await names('prod')).toContain('providerCreditsUrl names one');
    expect(await names('local')).toContain('PROVIDER_CREDITS_URL names one');
    const refused = await getAccount(depsOf(providerError('ProviderAuth', 'no')));
    expect(refused.creditsUnknown).toContain('ProviderAuth');
    await expect(getAccount(depsOf(new Error('a bug')))).rejects.toThrow('a bug');
  });
});

describe('the service for the balance', () => {
  it.each([
    ['https://api.mountsea.ai', 'https://dk.mountsea.ai/api-user/credits'],
    ['https://api.mountsea.ai/', 'https://dk.mountsea.ai/api-user/credits'],
    ['https://api.example.test', undefined],
    ['no URL', undefined],
  ])('of %s is %s', (baseUrl, url) => expect(creditsUrlOf(baseUrl)).toBe(url));
});
