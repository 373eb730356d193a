import type { RelayHere } from '../../domain/dialect-rules.ts';
import type { ProviderOrigin } from '../../domain/provider-origin.ts';
import { sandboxHost } from '../../domain/provider-origin.ts';
import type { Dialect } from '../../provider/provider.ts';
import { environment } from '../../shared/environment.ts';
import { settingName } from '../../shared/setting-names.ts';
import { once } from './once.ts';

/** Where this stage's calls go. */
export const here = /* @__PURE__ */ once(() => ({ placeOf, stage: environment('STAGE') }));

function placeOf(dialect: Dialect): ProviderOrigin | undefined {
  const url = environment(dialect === 'relay' ? 'RELAY_BASE_URL' : 'PROVIDER_BASE_URL');
  if (url === '') return undefined;
  const stage = environment('STAGE');
  if (environment('PROVIDER_IS_SANDBOX') === 'yes') return { host: sandboxHost, dialect, stage };
  const { host, origin, pathname } = new URL(url);
  return { host, dialect, stage, url: `${origin}${pathname}`.replace(/\/+$/, '') };
}

/** Is there a relay to speak to in this stack? Asked without its key. */
export const relayHere = (): RelayHere =>
  environment('RELAY_BASE_URL') !== '' || { set: settingName('relayBaseUrl', environment('STAGE')) };
