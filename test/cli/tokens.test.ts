import { expect, test } from 'vitest';
import { cachedTokens } from '../../cli/tokens.ts';

/** Gives `token 1`, `token 2`, …, or fails where it is told to. */
function tokens({ first, failing = [] }: { first?: string; failing?: readonly number[] } = {}) {
  let obtained = 0;
  const given = cachedTokens(async () => {
    obtained += 1;
    if (failing.includes(obtained)) throw new Error('refused');
    return `token ${obtained}`;
  }, first);
  return { ...given, obtained: () => obtained };
}

test('a token is got when it is asked for, and kept', async () => {
  const { current, obtained } = tokens();
  expect(await Promise.all([current(), current()])).toEqual(['token 1', 'token 1']);
  expect(await current()).toBe('token 1');
  expect(obtained()).toBe(1);
});

test('of many requests that are refused at once, one gets another token for all', async () => {
  const { renewed, obtained } = tokens({ first: 'expired' });
  const all = await Promise.all(Array.from({ length: 8 }, () => renewed('expired')));
  expect(new Set(all)).toEqual(new Set(['token 1']));
  expect(await renewed('expired')).toBe('token 1');
  expect(obtained()).toBe(1);
});

test('a failure is reported, and the next request tries again', async () => {
  const { current } = tokens({ failing: [1] });
  await expect(current()).rejects.toThrow('refused');
  expect(await current()).toBe('token 2');
});
