import { afterAll, beforeAll, expect, it } from 'vitest';
import { minutesOf, tooSoon } from '../../bench/storm/refusals.ts';
import { sessionAnswer } from '../../functions/api/contract/session.ts';
import { sharedStack, sinceNow, songs, type TestStack, time } from '../../test-support/local-stack.ts';

const sessions = 2;
const tracks = 6;
let stack: TestStack;
beforeAll(async () => {
  stack = await sharedStack();
  stack.stack.sandbox?.change({ rateLimit: { calls: 1, retryAfter: 25 } });
});
afterAll(() => stack.stack.sandbox?.change({ rateLimit: { calls: 0 } }));

it('sessions that ask for more than the provider allows all end in a model, and no call comes back before its time', async () => {
  const since = sinceNow(stack);
  const ids: string[] = [];
  for (let session = 0; session < sessions; session++) ids.push(await stack.upload(songs(tracks)));
  const started = await time.busy(() =>
    Promise.all(ids.map((id) => stack.call('POST', `/sessions/${id}/start`))),
  );
  for (const { body } of started) await stack.ended(sessionAnswer.parse(body).executionArn ?? '');

  for (const id of ids) {
    const session = await stack.session(id);
    expect(session).toMatchObject({ status: 'ready', creditsSpent: 100 + tracks });
    expect(session.tracks.every(({ clipId }) => clipId !== undefined)).toBe(true);
  }
  const entries = since.entries();
  const [first] = minutesOf(entries);
  // Calls were refused, and not one of them came back before its time.
  expect(first?.refused).toBeGreaterThan(0);
  expect(tooSoon(entries, sessions)).toEqual([]);
  expect(entries.filter(({ call, credits }) => call === 'create' && credits > 0)).toHaveLength(sessions);
}, 120_000);
