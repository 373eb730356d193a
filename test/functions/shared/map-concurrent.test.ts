import { expect, test } from 'vitest';
import { mapConcurrent } from '../../../functions/shared/map-concurrent.ts';

/** Work that ends on request. */
function controlled() {
  const begun: number[] = [];
  const ends = new Map<number, PromiseWithResolvers<string>>();
  const end = (item: number) => {
    const found = ends.get(item) ?? Promise.withResolvers<string>();
    ends.set(item, found);
    return found;
  };
  const work = (item: number) => {
    begun.push(item);
    return end(item).promise;
  };
  return { begun, end, work };
}

/** Until everything that could go on has done so. */
const settled = () => new Promise((done) => setImmediate(done));

test('results are in the order of the items, with no more than the limit under way', async () => {
  const { begun, end, work } = controlled();
  const results = mapConcurrent([0, 1, 2], 2, work);
  await settled();
  expect(begun).toEqual([0, 1]);
  end(1).resolve('one');
  await settled();
  expect(begun).toEqual([0, 1, 2]);
  end(2).resolve('two');
  end(0).resolve('zero');
  expect(await results).toEqual(['zero', 'one', 'two']);
});

test('after a failure nothing is begun, and what is under way ends before it is thrown', async () => {
  const { begun, end, work } = controlled();
  let thrown: unknown;
  const results = mapConcurrent([0, 1, 2, 3], 2, work).catch((error: unknown) => {
    thrown = error;
  });
  end(1).reject(new Error('first'));
  await settled();
  expect(thrown).toBeUndefined();
  end(0).reject(new Error('second'));
  await results;
  expect(thrown).toEqual(new Error('first'));
  expect(begun).toEqual([0, 1]);
});

test('items are asked for only when there is room, also where they are made one after the other', async () => {
  const { begun, end, work } = controlled();
  let made = 0;
  async function* items() {
    for (; made < 3; made++) yield made;
  }
  const results = mapConcurrent(items(), 1, work);
  await settled();
  expect([begun, made]).toEqual([[0], 0]);
  for (const item of [0, 1, 2]) end(item).resolve(String(item));
  expect(await results).toEqual(['0', '1', '2']);
});

test('a failure, or the signal of the caller, aborts what is under way', async () => {
  const caller = new AbortController();
  const untilAborted = (item: number, signal: AbortSignal) =>
    new Promise<void>((_, reject) => {
      if (item === 1) reject(new Error('failed'));
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  await expect(mapConcurrent([0, 1], 2, untilAborted)).rejects.toThrow('failed');
  const stopped = mapConcurrent([0], 2, untilAborted, caller.signal);
  caller.abort(new Error('stopped'));
  await expect(stopped).rejects.toThrow('stopped');
  const later = mapConcurrent([0], 2, () => Promise.reject(new Error('begun')), caller.signal);
  await expect(later).rejects.toThrow('stopped');
});
