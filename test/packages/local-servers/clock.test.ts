import { expect, test, vi } from 'vitest';
import { scaledClock } from '../../../packages/local-servers/clock.ts';

test('a sleep that is longer than a timer of Node can count does not end at once', async () => {
  const warning = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
  const awake = new AbortController();
  const sleep = scaledClock(1).sleep(40 * 24 * 3600 * 1000, awake.signal);
  awake.abort();
  await expect(sleep).rejects.toThrow('aborted');
  // Node warns of a timer that overflows, and then waits one millisecond.
  expect(warning).not.toHaveBeenCalled();
  warning.mockRestore();
});
