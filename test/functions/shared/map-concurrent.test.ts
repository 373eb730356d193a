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
