import { signal } from '@preact/signals';

/** How far the sending of a session's files has come, of those that this page sends. */
export const underWay = signal<ReadonlyMap<string, { readonly there: number; readonly all: number }>>(
  new Map(),
);

/** @param progress nothing when it has ended */
export function tellUnderWay(sessionId: string, progress: { there: number; all: number } | undefined): void {
  const next = new Map(underWay.value);
  if (progress === undefined) next.delete(sessionId);
  else next.set(sessionId, progress);
  underWay.value = next;
}
