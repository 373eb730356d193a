import { signal } from '@preact/signals';

/** How far the sending of a session's files has come, of those that this page sends. */
export const underWay = signal<ReadonlyMap<string, { readonly there: number; readonly all: number }>>(
  new Map(),
);

/** How many of a session's files are in storage, as the server said last. */
export const stored = signal<ReadonlyMap<string, { readonly there: number; readonly all: number }>>(
  new Map(),
);

export function tellStored(sessionId: string, count: { there: number; all: number }): void {
  stored.value = new Map(stored.value).set(sessionId, count);
}

/** @param progress nothing when it has ended */
export function tellUnderWay(sessionId: string, progress: { there: number; all: number } | undefined): void {
  const next = new Map(underWay.value);
  if (progress === undefined) next.delete(sessionId);
  else next.set(sessionId, progress);
  underWay.value = next;
}
