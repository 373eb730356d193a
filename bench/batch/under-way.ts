import type { LedgerEntry } from '../../packages/provider-sandbox/ledger.ts';

/**
 * Most uploads under way at once: each from the call that handed it over until the last status request for
 * it. A file whose call is being made, or was throttled, is not seen here; it only makes them fewer.
 */
export function mostUnderWay(
  entries: readonly Pick<LedgerEntry, 'seq' | 'call' | 'taskId' | 'taken'>[],
): number {
  const begun = new Map<string, number>();
  const ended = new Map<string, number>();
  for (const { seq, call, taskId, taken } of entries) {
    if (taskId === undefined || !taken) continue;
    if (call === 'addToBatch') begun.set(taskId, seq);
    else if (call === 'status' && begun.has(taskId)) ended.set(taskId, seq);
  }
  const changes = [...begun].flatMap(([taskId, from]) => {
    const to = ended.get(taskId);
    return [{ at: from, by: 1 }, ...(to === undefined ? [] : [{ at: to, by: -1 }])];
  });
  changes.sort((a, b) => a.at - b.at);
  let [now, most] = [0, 0];
  for (const { by } of changes) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
