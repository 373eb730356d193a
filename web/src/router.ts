import { signal } from '@preact/signals';
import { type Address, readAddress } from './address.ts';

export const linkTo = {
  sessions: '#/sessions',
  session: (id: string) => `#/sessions/${encodeURIComponent(id)}`,
  newModel: '#/new',
  models: '#/models',
  model: (id: string) => `#/models/${encodeURIComponent(id)}`,
  /** One piece of music, or two side by side. */
  music: (id: string, other?: string) =>
    `#/music/${[id, ...(other === undefined ? [] : [other])].map(encodeURIComponent).join('/')}`,
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
