import { describe, expect, it } from 'vitest';
import { nextSteps } from '../../cli/next-steps.ts';
import { endOf } from '../../cli/outcome.ts';
import { endLines } from '../../cli/output/end-lines.ts';
import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import type { ErrorName } from '../../functions/shared/errors.ts';

const session: SessionAnswer = {
  sessionId: 's',
  kind: 'train',
  name: 'n',
  status: 'ready',
  startedBy: 'api',
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  minClips: 6,
  creditsSpent: 108,
  creditsTaken: { surely: 108, perhaps: 0 },
  creditsToCome: 0,
  actions: [],
  decisions: [],
  providerCalls: 12,
  tracks: [],
};
const missing = [{ trackId: '008', file: 'h.mp3', reason: 'Copyright.' }];
const failing = (status: SessionAnswer['status'], error: ErrorName): SessionAnswer => ({
  ...session,
  status,
  failure: { error, reason: 'The provider said no.' },
});

describe('the end of a session', () => {
  it.each([
    ['a model', { ...session, modelId: 'chirp-custom:x' }, 'session.ready', 0],
    ['a model without a file', { ...session, modelId: 'chirp-custom:x', missing }, 'session.ready', 5],
    ['ready without a model', session, 'session.failed', 1],
    ['a failed training', failing('failed', 'TrainingFailed'), 'session.failed', 1],
    ['too few clips', failing('failed', 'NotEnoughClips'), 'session.failed', 1],
    [
      'files refused by the functions, for nothing',
      { ...failing('failed', 'AudioRejected'), creditsSpent: 0 },
      'session.failed',
      2,
    ],
    ['files refused after others were paid', failing('failed', 'AudioRejected'), 'session.failed', 1],
    [
      'audio that could not be reached, after some was paid',
      failing('failed', 'AudioUnreachable'),
      'session.failed',
      1,
    ],
    ['a lost answer', failing('needs-decision', 'NeedsDecision'), 'session.needs-decision', 3],
    ['the deadline of the machine', failing('failed', 'DeadlineExceeded'), 'session.failed', 4],
    ['a review', { ...session, status: 'review' }, 'session.review', 0],
    ['a cancelled run', { ...session, status: 'cancelled' }, 'session.cancelled', 1],
    ['given up', { ...session, status: 'abandoned' }, 'session.abandoned', 1],
    ['a run that was cut off', { ...session, status: 'interrupted' }, 'session.interrupted', 1],
    ['never started', { ...session, status: 'open' }, 'session.open', 1],
  ] as const)('%s', (_, ended, event, code) => {
    const end = endOf({ why: 'ended', session: ended }, { sessionId: 's' }, 1.234);
    expect(end.code).toBe(code);
    expect(end.event.event).toBe(event);
  });

  it('is code 4 at our own deadline, with the way back', () => {
    expect(endOf({ why: 'deadline' }, { sessionId: 's' }, 1)).toEqual({
      code: 4,
      event: {
        event: 'session.deadline',
        sessionId: 's',
        next: [{ words: 'To come back to it:', command: 'npx chirpsmith status s --watch' }],
      },
    });
  });

  it('gives the ids of a batch in the order of its files, and is code 5 when a file has none', () => {
    const track = (trackId: string, more: object) =>
      ({ trackId, file: `${trackId}.wav`, status: 'done', attempts: 1, ...more }) as const;
    const failure = { error: 'ProviderRefused', reason: 'Copyright.' } as const;
    const list = { listed: 3, notListed: { count: 0, first: [] }, notOurs: { count: 1, first: ['lost'] } };
    const ended = (...tracks: SessionAnswer['tracks']) => {
      const batch = { clips: 2, missing: 0, list };
      return endOf(
        { why: 'ended', session: { ...session, kind: 'batch', batch, tracks } },
        { sessionId: 's' },
        1,
      );
    };
    const whole = ended(track('00001', { clipId: 'b' }), track('00002', { clipId: 'a' }));
    expect(whole).toMatchObject({
      code: 0,
      event: {
        event: 'session.uploaded',
        audioIds: ['b', 'a'],
        differences: ["1 clip on the provider's list that is no file's: lost"],
      },
    });
    const part = ended(track('00001', { status: 'failed', failure }), track('00002', { clipId: 'a' }));
    expect(part).toMatchObject({
      code: 5,
      event: {
        audioIds: ['a'],
        files: [
          { file: '00001.wav', reason: 'Copyright.' },
          { file: '00002.wav', audioId: 'a' },
        ],
      },
    });
  });

  it('names the files that are not in the model', () => {
    const ready = { ...session, modelId: 'chirp-custom:x', missing };
    const { event } = endOf({ why: 'ended', session: ready }, { sessionId: 's' }, 1);
    expect(event).toMatchObject({ event: 'session.ready', missing });
    expect(event.event === 'session.ready' ? endLines(event) : []).toContain('  h.mp3: Copyright.');
  });

  it('offers a training on the clips that there are, where these are enough for the provider', () => {
    const tracks = (clips: number): SessionAnswer['tracks'] =>
      Array.from({ length: 8 }, (_, index) => ({
        trackId: `00${index + 1}`,
        file: 'f',
        attempts: 1,
        status: index < clips ? ('done' as const) : ('failed' as const),
      }));
    const steps = (clips: number) =>
      nextSteps({ ...failing('failed', 'NotEnoughClips'), actions: ['resume'], tracks: tracks(clips) });
    expect(steps(7)).toContainEqual({
      words: 'To train on those that have a clip, without the others:',
      command: 'npx chirpsmith resume s --min-clips 7',
    });
    expect(JSON.stringify(steps(5))).not.toContain('--min-clips');
  });

  it("keeps the provider's own words", () => {
    const { event } = endOf(
      { why: 'ended', session: failing('failed', 'TrainingFailed') },
      { sessionId: 's' },
      1,
    );
    expect(event).toMatchObject({ error: 'TrainingFailed', reason: 'The provider said no.' });
  });
});
