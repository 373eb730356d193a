import type { AccountAnswer } from '../../../functions/api/contract/account.ts';
import { latestAccount } from '../account.ts';
import { ask } from '../api.ts';
import { useLive } from '../views/use-live.ts';
import { counted } from '../words/format.ts';

/** Seconds: the provider itself is asked each time. */
const pace = 300;

/** Who is paid, and what is left; nothing where that is not known. */
export function Balance() {
  const found = useLive<AccountAnswer>(
    async (by) => {
      const answer = await ask<AccountAnswer>('GET', '/account', by);
      latestAccount.value = answer.body;
      return answer;
    },
    () => pace,
    { isQuiet: true },
  );
  const account = found.value.value;
  if (account === undefined) return null;
  const { provider, credits, creditsUnknown } = account;
  return (
    <span class="bal" title={creditsUnknown}>
      {credits === undefined ? provider : `${counted(credits, 'credit')} at ${provider}`}
    </span>
  );
}
