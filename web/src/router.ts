import { signal } from '@preact/signals';
import { type Address, readAddress } from './address.ts';

export const linkTo = {
  sessions: '#/sessions',
  session: (id: string) => `#/sessions/${encodeURIComponent(id)}`,
  models: '#/models',
  model: (id: string) => `#/models/${encodeURIComponent(id)}`,
} as const;

/** The address now. */
export const address = signal<Address>({ view: 'sessions' });

export function followAddress(): void {
  const follow = () => {
    address.value = readAddress(location.hash);
  };
  addEventListener('hashchange', follow);
  follow();
}
