import { afterEach, beforeAll, expect, it } from 'vitest';
import { type TimelineAnswer, timelineAnswer } from '../../functions/api/contract/timeline.ts';
import { ledgerOf } from '../../functions/shared/timeline.ts';
import { sharedStack, sinceNow, songs, type TestStack } from '../../test-support/local-stack.ts';

let it_: TestStack;
beforeAll(async () => {
  it_ = await sharedStack();
});
afterEach(() => sinceNow(it_).fault());

async function timelineOf(sessionId: string, query = ''): Promise<TimelineAnswer> {
  const { status, body } = await it_.call('GET', `/sessions/${sessionId}/timeline${query}`);
  expect(status).toBe(200);
  return timelineAnswer.parse(body);
}

it('a session’s timeline tells what the provider’s ledger has: surely taken at least, with perhaps taken at most', async () => {
  const since = sinceNow(it_);
  // The first upload is taken and its answer lost, the second is throttled.
  since.fault(
    { kind: 'reset-after', call: 'upload', times: 1 },
    { kind: 'status', status: 429, call: 'upload', times: 1 },
  );
  const sessionId = await it_.upload(songs(6));
  await it_.run(sessionId);
  const timeline = await timelineOf(sessionId);
  const { credits } = since.sums();
  expect(timeline.money).toEqual({ surely: credits - 1, perhaps: 1, toCome: 0 });
  const { lines, plain } = ledgerOf(timeline);
  expect(lines.map(({ call: { call }, charge }) => `${call} ${charge}`).sort()).toEqual([
    'create surely',
    'prepare free',
    'upload not',
    'upload perhaps',
  ]);
  expect(plain).toHaveLength(6);
  expect(timeline.turns.map(({ status, by }) => [status, by ?? ''])).toEqual([
    ['preparing', 'local'],
    ['uploading', ''],
    ['creating', ''],
    ['training', ''],
    ['ready', ''],
  ]);
  const [create] = timeline.work.filter(({ call }) => call === 'create');
  expect(create?.end?.result).toBe('done');
  expect(create?.checks?.length).toBeGreaterThan(0);
  expect(create?.provider).toBeDefined();
  expect(timeline.rows.every(({ calls }) => calls.at(-1)?.end?.result === 'done')).toBe(true);

  const after = await timelineOf(sessionId, '?after=004');
  expect(after.rows.map(({ trackId }) => trackId)).toEqual(['005', '006']);
}, 90_000);
