import type { Dialect } from '../functions/provider/provider.ts';
import type { ConnectedStack } from './connect.ts';

/** Who is paid for what goes through a dialect; the sandbox plays both. */
export function payeeOf(
  dialect: Dialect,
  { provider, relay, sandbox }: ConnectedStack['stack'],
): { readonly provider: string; readonly sandbox: boolean } {
  return {
    provider: dialect === 'mountsea' ? provider : (relay ?? 'a relay that is not known here'),
    sandbox,
  };
}
