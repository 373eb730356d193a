import { noRelay } from '../../domain/dialect-rules.ts';
import { measure } from '../../observability/log.ts';
import { meteredMusic, meteredTraining } from '../../observability/metered-provider.ts';
import { createMountSea } from '../../provider/mountsea.ts';
import type { Dialect, MusicProvider, TrainingProvider } from '../../provider/provider.ts';
import { createRelay } from '../../provider/relay.ts';
import { environment } from '../../shared/environment.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import { mountseaOptions } from './intake.ts';
import { once } from './once.ts';
import { relayHere } from './place.ts';
import { keyIn } from './secrets.ts';

const mountsea = /* @__PURE__ */ once(() => createMountSea(mountseaOptions()));

export const provider: () => TrainingProvider = /* @__PURE__ */ once(() =>
  meteredTraining(mountsea(), measure),
);

const relay = /* @__PURE__ */ once(() =>
  createRelay({ baseUrl: providerUrl('relay'), key: keyIn('RELAY_SECRET') }),
);

/** Where a dialect is served. @throws ChirpsmithError NotPossible when no relay is configured */
export function providerUrl(dialect: Dialect): string {
  if (dialect === 'mountsea') return environment('PROVIDER_BASE_URL');
  const relay = relayHere();
  if (relay === true) return environment('RELAY_BASE_URL');
  throw new ChirpsmithError(
    'NotPossible',
    `Music was to be asked for at the relay, and ${noRelay(relay)}. Nothing was sent.`,
  );
}

const musicProviders: Readonly<Record<Dialect, () => MusicProvider>> = {
  mountsea: /* @__PURE__ */ once(() => meteredMusic(mountsea(), measure)),
  relay: /* @__PURE__ */ once(() => meteredMusic(relay(), measure)),
};

/** What makes music in a dialect. @throws ChirpsmithError NotPossible when no relay is configured */
export const providerOf = (dialect: Dialect): MusicProvider => musicProviders[dialect]();
