import { describe, expect, it } from 'vitest';
import { minutesOf, refusedShare, tooSoon } from '../../bench/storm/refusals.ts';
import type { LedgerEntry } from '../../packages/provider-sandbox/ledger.ts';

let seq = 0;
/** A call at so many seconds; `retryAfter` makes it a refused one. */
const at = (seconds: number, entry: Partial<LedgerEntry>): LedgerEntry => ({
  seq: ++seq,
  at: 1_000_000 + seconds * 1000,
  method: 'GET',
  path: '/',
  call: 'status',
  status: entry.retryAfter === undefined ? 200 : 429,
  taken: entry.retryAfter === undefined,
  credits: 0,
  ...entry,
});

describe('the share of refused calls', () => {
  it('is counted by the minute since the first call, the first two minutes left out', () => {
    const refused = { retryAfter: 1 };
    const entries = [at(0, refused), at(59, {}), at(60, refused), at(61, {}), at(130, {}), at(140, refused)];
    const minutes = minutesOf(entries);
    expect(minutes).toEqual([
      { minute: 1, calls: 2, refused: 1 },
      { minute: 2, calls: 2, refused: 1 },
      { minute: 3, calls: 2, refused: 1 },
    ]);
    expect(refusedShare(minutes)).toBe(0.5);
  });
});

describe('a call before its Retry-After', () => {
  it.each([
    ['a status', { call: 'status', taskId: 't1' }, { call: 'status', taskId: 't2' }],
    [
      'an upload',
      { call: 'upload', sessionId: 's', audio: '/a/1' },
      { call: 'upload', sessionId: 's', audio: '/a/2' },
    ],
    ['a create', { call: 'create', sessionId: 's1' }, { call: 'create', sessionId: 's2' }],
  ] as const)('is found by what it is about: %s', (_, one, other) => {
    const refused = at(0, { ...one, retryAfter: 10 });
    const early = at(9, one);
    expect(tooSoon([refused, at(1, other), early], 2)).toEqual([early]);
    expect(tooSoon([refused, at(10, one), at(11, one)], 2)).toEqual([]);
  });

  it('is found among calls to prepare by their number', () => {
    const prepare = (seconds: number, retryAfter?: number) =>
      at(seconds, { call: 'prepare', ...(retryAfter === undefined ? {} : { retryAfter }) });
    const early = prepare(9);
    expect(tooSoon([prepare(0, 10), prepare(0), early], 2)).toEqual([early]);
    expect(tooSoon([prepare(0, 10), prepare(0), prepare(10)], 2)).toEqual([]);
    // Three sessions: the third call may be a first one.
    expect(tooSoon([prepare(0, 10), prepare(0), prepare(9)], 3)).toEqual([]);
  });
});
