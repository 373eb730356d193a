/**
 * Maps with at most `limit` under way, keeping the order; an item is asked for when there is room.
 * @param work gets a signal that the first failure aborts, and the caller's
 * @throws the first failure or the signal's reason, after which nothing more is begun, once all that is under way has ended
 */
export async function mapConcurrent<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (item: T, signal: AbortSignal) => Promise<R>,
  signal?: AbortSignal,
): Promise<R[]> {
  const results: R[] = [];
  const failing = new AbortController();
  const both = signal ? AbortSignal.any([signal, failing.signal]) : failing.signal;
  const queue = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let begun = 0;
  let failure: { readonly error: unknown } | undefined;
  const worker = async () => {
    try {
      for (;;) {
        both.throwIfAborted();
        const next = await queue.next();
        both.throwIfAborted();
        if (next.done) return;
        const index = begun++;
        results[index] = await work(next.value, both);
      }
    } catch (error) {
      failure ??= { error };
      failing.abort(error);
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  if (failure) throw failure.error;
  return results;
}
