import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { accountAnswer } from '../contract/account.ts';

export const route = defineRoute({
  name: 'Get account',
  method: 'GET',
  path: '/account',
  summary: 'Who is paid, how much is left, what it costs and what is taken',
  description: 'To be shown before a person agrees to a price. Asking costs nothing.',
  answer: { status: 200, description: 'The account that this stage pays from.', schema: accountAnswer },
  // The provider is asked while the caller waits.
  lambda: { ...routeLambda, reservedConcurrency: 5 },
  uses: ['settings', 'place', 'provider.credits'],
});
