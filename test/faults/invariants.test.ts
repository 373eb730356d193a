import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { plans } from './plan.ts';
import { play } from './play.ts';

it('x', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const r = await play(plan);
      expect(r.violations).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
