import { expect, it } from 'vitest';
import { defaultSettings } from '../../functions/shared/settings.ts';
import { slicesOf } from '../../infra/workflows/history-budget.ts';
import { sharedStack, sinceNow, songs } from '../../test-support/local-stack.ts';

// The time-out is for a machine that does much else.
it('a session of more tracks than one slice has ends in a model of all of them, each uploaded once', {
  timeout: 120_000,
}, async () => {
  const it_ = await sharedStack();
  const since = sinceNow(it_);
  const count = slicesOf(defaultSettings).tracks + 3;
  const seen = it_.notices.length;
  const session = await it_.run(await it_.upload(songs(count)));
  expect(session).toMatchObject({ status: 'ready', creditsSpent: 100 + count });
  expect(new Set(session.tracks.map(({ clipId }) => clipId)).size).toBe(count);
  expect(since.sums()).toMatchObject({ calls: { prepare: 1, upload: count, create: 1 } });
  const [, items, longest] =
    /Upload tracks: (\d+) items, 0 failed, longest history (\d+) events/.exec(
      it_.notices.slice(seen).join('\n'),
    ) ?? [];
  expect(Number(items)).toBe(count);
  expect(Number(longest)).toBeLessThan(25_000);
});
