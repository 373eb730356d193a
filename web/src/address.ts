/** Where a person is. Behind the `#`, so that a bucket needs no rule for it, and no server sees an id. */
export type Address =
  | { readonly view: 'sessions' }
  | { readonly view: 'session'; readonly id: string }
  | { readonly view: 'new' }
  | { readonly view: 'models'; readonly id?: string }
  | { readonly view: 'music'; readonly id: string; readonly other?: string }
  | { readonly view: 'unknown' };

/** Reads `#/sessions/…`. */
export function readAddress(hash: string): Address {
  const [, view = '', id, ...rest] = hash.replace(/^#/, '').split('/');
  const [second, ...more] = rest.map(decode);
  if (view === 'music' && id && more.length === 0) {
    const first = decode(id);
    if (first) return { view: 'music', id: first, ...(second ? { other: second } : {}) };
  }
  if (rest.length > 0) return { view: 'unknown' };
  if (view === 'new' && !id) return { view: 'new' };
  if (view === '' || (view === 'sessions' && !id)) return { view: 'sessions' };
  const decoded = id === undefined ? undefined : decode(id);
  if (view === 'sessions' && decoded) return { view: 'session', id: decoded };
  if (view === 'models') return decoded ? { view: 'models', id: decoded } : { view: 'models' };
  return { view: 'unknown' };
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
