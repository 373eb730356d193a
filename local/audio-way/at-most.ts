/**
 * Works on items, some at a time; the next one is asked for when there is room. The first failure ends it: no more items
 * are begun, and the signal of those under way is aborted.
 * @throws what the work, the items or the signal threw first
 */
export async function atMost<T>(
  count: number,
  items: Iterable<T> | AsyncIterable<T>,
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failure = new AbortController();
  const both = AbortSignal.any([signal, failure.signal]);
  const all = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const worker = async () => {
    for (;;) {
      both.throwIfAborted();
      const next = await all.next();
      if (next.done) return;
      await work(next.value, both);
    }
  };
  const workers = Array.from({ length: count }, () =>
    worker().catch((error: unknown) => {
      failure.abort(error);
    }),
  );
  await Promise.all(workers);
  both.throwIfAborted();
}
