import { describe, expect, it } from 'vitest';
import { ApiRefusal, ApiUnreachable } from '../../cli/api-errors.ts';
import type { CliEvent } from '../../cli/events.ts';
import { linesOf } from '../../cli/output/plain-lines.ts';
import { watchSession } from '../../cli/watch-session.ts';
import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import type { TrackAnswer } from '../../functions/api/contract/track.ts';
import { withTextsEscaped } from '../../packages/terminal/printable.ts';
import { jumpingClock } from './jumping-clock.ts';

const session: SessionAnswer = {
  sessionId: 's',
  kind: 'train',
  name: 'n',
  status: 'preparing',
  startedBy: 'api',
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  minClips: 6,
  creditsSpent: 0,
  creditsTaken: { surely: 0, perhaps: 0 },
  creditsToCome: 0,
  actions: [],
  decisions: [],
  providerCalls: 0,
  tracks: [],
};
const track = (trackId: string, status: TrackAnswer['status'], attempts = 1): TrackAnswer => ({
  trackId,
  file: `${trackId}.mp3`,
  status,
  attempts,
});

/** Watches a session that shows these faces one after the other, without waiting. */
async function watch(
  faces: readonly (Partial<SessionAnswer> | Error)[],
  options: { deadline?: number; retryAfter?: number; longestPause?: number; running?: boolean } = {},
) {
  const told: CliEvent[] = [];
  const clock = jumpingClock();
  const left = [...faces];
  const ending = await watchSession(
    {
      async getSession() {
        const face = left.length > 1 ? left.shift() : left[0];
        if (face instanceof Error) throw face;
        return { session: { ...session, ...face }, retryAfter: options.retryAfter };
      },
    },
    's',
    {
      before: undefined,
      emit: (event) => told.push(event),
      signal: new AbortController().signal,
      deadline: options.deadline,
      longestPause: options.longestPause ?? 0.5,
      isStackRunning: () => options.running ?? true,
      clock,
    },
  );
  return {
    ending,
    told,
    pauses: clock.pauses,
    events: told.map((event) => ('trackId' in event ? `${event.event} ${event.trackId}` : event.event)),
  };
}

describe('watching a session', () => {
  it('reports each change once, the tracks before the stage that follows them', async () => {
    const { events, ending } = await watch([
      { status: 'preparing', tracks: [track('1', 'declared', 0), track('2', 'declared', 0)] },
      { status: 'uploading', tracks: [track('1', 'submitted'), track('2', 'submitting')] },
      { status: 'uploading', tracks: [track('1', 'done'), track('2', 'submitted')] },
      { status: 'uploading', tracks: [track('1', 'done'), track('2', 'submitted', 2)] },
      { status: 'training', tracks: [track('1', 'done'), track('2', 'failed', 2)] },
      { status: 'training', tracks: [track('1', 'done'), track('2', 'failed', 2)] },
      { status: 'ready', tracks: [track('1', 'done'), track('2', 'failed', 2)] },
    ]);
    expect(events).toEqual([
      'session.preparing',
      'session.uploading',
      'track.submitted 1',
      'track.done 1',
      'track.submitted 2',
      'track.submitted 2',
      'track.failed 2',
      'session.training',
    ]);
    expect(ending).toMatchObject({ why: 'ended', session: { status: 'ready' } });
  });

  it('asks at least twice a second, however long Retry-After is', async () => {
    const { pauses } = await watch([{}, {}, { status: 'ready' }], { retryAfter: 30 });
    expect(pauses).toEqual([500, 500]);
  });

  it('on this machine looks more often for the end of a training that is checked within a second', async () => {
    const { pauses } = await watch([{}, { status: 'training' }, { status: 'ready' }], { retryAfter: 1 });
    expect(pauses).toEqual([500, 200]);
  });

  it('of a stage in AWS never asks before Retry-After is over', async () => {
    const options = { retryAfter: 1, longestPause: 30 };
    const { pauses } = await watch([{ status: 'training' }, { status: 'ready' }], options);
    expect(pauses).toEqual([1000]);
  });

  it('does not hammer when Retry-After is 0', async () => {
    const { pauses } = await watch([{}, { status: 'ready' }], { retryAfter: 0 });
    expect(pauses).toEqual([200]);
  });

  it('gives up at its own deadline, to the moment', async () => {
    const { ending, pauses } = await watch([{ status: 'training' }], { deadline: 1.2 });
    expect(ending).toEqual({ why: 'deadline' });
    expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(1200);
  });

  it.each(['failed', 'needs-decision', 'interrupted', 'open'] as const)(
    'ends when it is %s',
    async (status) => {
      expect((await watch([{ status }])).ending).toMatchObject({ why: 'ended', session: { status } });
    },
  );

  it('says that the stack has ended rather than that nothing answers', async () => {
    const gone = new ApiUnreachable('The API does not answer.');
    expect((await watch([gone], { running: false })).ending).toEqual({
      why: 'lost',
      reason: 'The local stack has ended.',
    });
    expect((await watch([gone])).ending).toEqual({ why: 'lost', reason: 'The API does not answer.' });
  });

  it('does not take a refusal for a lost stack', async () => {
    await expect(watch([new ApiRefusal(404, 'no')])).rejects.toThrow(ApiRefusal);
  });
});

describe('a track that is sent again', () => {
  it("comes with the provider's message about the attempt before", async () => {
    const failure = { error: 'ProviderRefused', reason: 'Audio source not found.' } as const;
    const { told } = await watch([
      { status: 'uploading', tracks: [track('001', 'submitted')] },
      { status: 'uploading', tracks: [{ ...track('001', 'submitted', 2), failure }] },
      { status: 'ready', tracks: [track('001', 'done', 2)] },
    ]);
    const again = told.find((event) => event.event === 'track.submitted' && event.attempt === 2);
    expect(again).toMatchObject({ reason: failure.reason });
    expect(again && linesOf(withTextsEscaped(again))).toEqual([
      'provider  001.mp3 (attempt 2; before: Audio source not found.)',
    ]);
  });
});
