import { describe, expect, it } from 'vitest';
import { incomplete, noteUnknown, overpaid, type Watched } from '../../bench/kills/paid.ts';
import { sessionAnswer } from '../../functions/api/contract/session.ts';
import { trackKey } from '../../functions/domain/object-keys.ts';
import type { LedgerEntry } from '../../packages/provider-sandbox/ledger.ts';

let seq = 0;
const entry = (call: LedgerEntry['call'], more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  seq: ++seq,
  at: seq,
  method: 'POST',
  path: '/',
  call,
  sessionId: 'provider-1',
  status: 201,
  taken: true,
  credits: call === 'create' ? 100 : 1,
  ...more,
});
/** As the product names it: with the hash of its bytes, and a suffix. */
const audio = (trackId: string) =>
  `/bucket/${trackKey({ sessionId: 'ours', trackId, file: 'a.mp3', sha256: 'ab'.repeat(32) })}`;
const sent = (trackId: string, taskId = `task-${trackId}`) =>
  entry('upload', { taskId, audio: audio(trackId) });
const answer = (
  tracks: { trackId: string; status: string; attempts: number; clipId?: string }[],
  more = {},
) =>
  sessionAnswer.parse({
    sessionId: 'ours',
    kind: 'train',
    name: 'n',
    status: 'interrupted',
    startedBy: 'api',
    createdAt: '2026-11-21T03:00:00.000Z',
    updatedAt: '2026-11-21T03:00:00.000Z',
    minClips: 6,
    creditsSpent: 0,
    creditsTaken: { surely: 0, perhaps: 0 },
    creditsToCome: 0,
    actions: [],
    decisions: [],
    providerCalls: 0,
    tracks: tracks.map((track) => ({ file: 'a.mp3', ...track })),
    ...more,
  });
const watched = (): Watched => ({ sessionId: 'ours', unknown: new Set() });
const none = new Set<string>();

describe('what must not have been paid', () => {
  it('is a second create for a session, whichever session of the provider it went to', () => {
    const entries = [sent('001'), entry('create')];
    expect(overpaid(entries, [watched()], none)).toEqual([]);
    expect(overpaid([...entries, entry('create')], [watched()], none)).toEqual([
      'create was charged 2 times for ours',
    ]);
    const elsewhere = [
      entry('upload', { sessionId: 'provider-2', audio: audio('002') }),
      entry('create', { sessionId: 'provider-2' }),
    ];
    expect(overpaid([...entries, ...elsewhere], [watched()], none)).toHaveLength(1);
    expect(overpaid([entry('create', { sessionId: 'nobody' })], [watched()], none)).toHaveLength(1);
  });

  it('is a create that was not charged in no case', () => {
    const entries = [
      sent('001'),
      entry('create', { credits: 0, taken: false, status: 429 }),
      entry('create'),
    ];
    expect(overpaid(entries, [watched()], none)).toEqual([]);
  });

  it('is a track sent twice, unless a kill left it unknown, once for each submission', () => {
    const twice = [sent('001', 'a'), sent('001', 'b'), sent('002')];
    expect(overpaid(twice, [watched()], none)).toEqual([
      'track 001 of ours was sent 2 times, 1 are accounted for',
    ]);
    const left = watched();
    noteUnknown(left, answer([{ trackId: '001', status: 'submitting', attempts: 1 }]));
    // Killed again before anything went on: nothing more is unknown.
    noteUnknown(left, answer([{ trackId: '001', status: 'submitting', attempts: 1 }]));
    expect(overpaid(twice, [left], none)).toEqual([]);
    expect(overpaid([...twice, sent('001', 'c')], [left], none)).toHaveLength(1);
  });

  it('is not a track sent again that the provider itself had failed', () => {
    expect(overpaid([sent('001', 'a'), sent('001', 'b')], [watched()], new Set(['a']))).toEqual([]);
  });
});

describe('a session that is ready', () => {
  const done = { trackId: '001', status: 'done', attempts: 1, clipId: 'c' };
  const modelId = 'chirp-custom:1';

  it('has a model, one charged create, and every clip', () => {
    const entries = [sent('001'), entry('create')];
    expect(incomplete(entries, answer([done], { modelId }))).toEqual([]);
    expect(incomplete(entries, answer([done]))).toHaveLength(1);
    expect(incomplete([sent('001')], answer([done], { modelId }))).toHaveLength(1);
    const lost = { trackId: '002', status: 'failed', attempts: 3 };
    expect(incomplete(entries, answer([done, lost], { modelId }))).toEqual([
      'ours is ready without the clips of 002',
    ]);
  });
});
