import { computed, signal } from '@preact/signals';
import type { AccountAnswer } from '../../functions/api/contract/account.ts';

/** Who is paid, what is left, prices and limits: as it was asked last, by the bar of the page. */
export const latestAccount = signal<AccountAnswer | undefined>(undefined);
export const account = computed(() => latestAccount.value);
