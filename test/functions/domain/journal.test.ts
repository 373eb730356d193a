import { describe, expect, it } from 'vitest';
import {
  chargesOf,
  type Journal,
  longestWords,
  mostCalls,
  mostTurns,
  withCall,
  withNews,
  withTurn,
} from '../../../functions/domain/journal.ts';
import { journalAndLedgerAgree } from '../../../simulation/invariants/journal.ts';
import { testMoment } from '../../../test-support/session-records.ts';

const at = testMoment;
const called = (journal?: Journal) => withCall(journal, { call: 'upload', at });
const answered = (answer: 'taken' | 'lost' | 'throttled', journal?: Journal) =>
  withNews(called(journal), { answer, answeredAt: at });

describe('the journal of a record', () => {
  it('has a call before it is made, which counts as perhaps taken until its answer', () => {
    const journal = called();
    expect(journal.calls).toEqual([{ id: '1', call: 'upload', at, answer: 'pending' }]);
    expect(chargesOf(journal)).toEqual({ surely: 0, perhaps: 1 });
  });

  it.each([
    ['taken', { surely: 1, perhaps: 0 }],
    ['lost', { surely: 0, perhaps: 1 }],
    ['throttled', { surely: 0, perhaps: 0 }],
  ] as const)('counts a call whose answer is "%s" as %o', (answer, charges) => {
    expect(chargesOf(answered(answer))).toEqual(charges);
  });

  it('says what came of the call that is named, though another one was made since', () => {
    const first = withCall(undefined, { id: 'a', call: 'create', at });
    const both = withCall(first, { id: 'b', call: 'create', at });
    const { calls = [] } = withNews(both, { answer: 'lost' }, 'a') ?? {};
    expect(calls.map(({ id, answer }) => [id, answer])).toEqual([
      ['a', 'lost'],
      ['b', 'pending'],
    ]);
  });

  it('leaves out what was surely not taken before anything that costs, and counts what it leaves out', () => {
    let journal = answered('taken');
    journal = answered('lost', journal);
    for (let call = 0; call < 40; call++) journal = answered('throttled', journal);
    expect(journal?.calls).toHaveLength(mostCalls);
    expect(journal?.calls.slice(0, 3).map(({ answer }) => answer)).toEqual(['taken', 'lost', 'throttled']);
    expect(journal?.dropped).toEqual({ surely: 0, perhaps: 0, not: 42 - mostCalls });
    expect(journal?.calls.at(-1)?.id).toBe('42');
  });

  it('still counts the credits of calls that it leaves out', () => {
    let journal = answered('lost');
    for (let call = 0; call < 30; call++) journal = answered('taken', journal);
    expect(journal?.calls).toHaveLength(mostCalls);
    expect(chargesOf(journal)).toEqual({ surely: 30, perhaps: 1 });
  });

  it('keeps the last turns, and the first one, which says who began it all', () => {
    let journal: Journal | undefined;
    for (let run = 1; run <= 100; run++) journal = withTurn(journal, { at, status: 'preparing', run });
    expect(journal?.turns).toHaveLength(mostTurns);
    expect(journal?.turns.slice(0, 2).map(({ run }) => run)).toEqual([1, 42]);
  });

  it('cuts the words of others to their limit in bytes, and through no character', () => {
    const words = '🎵'.repeat(200);
    const [call] = withNews(called(), { answer: 'lost', words })?.calls ?? [];
    expect(Buffer.byteLength(call?.words ?? '')).toBeLessThanOrEqual(longestWords);
    expect(call?.words).toMatch(/^🎵+…$/u);
  });

  it('of 100 tracks, each as full as it gets, is read by one answer of a query, 1 MB', () => {
    let journal: Journal | undefined;
    const long = 'x'.repeat(1000);
    for (let call = 0; call < 40; call++) {
      const end = { at, result: 'failed', words: long } as const;
      const checks = Array.from({ length: 12 }, () => 1234.5);
      journal = withNews(called(journal), { answer: 'taken', answeredAt: at, words: long, end, checks });
    }
    // The rest of a track's record is less than 1 KB.
    const whole = 100 * (Buffer.byteLength(JSON.stringify(journal)) + 1024);
    expect(whole).toBeLessThan(1024 * 1024);
  });
});

describe('the rule of the simulation that holds the journal against the ledger', () => {
  const prices = { upload: 1, create: 100, generate: 40 };
  const rule = (journal: Journal | undefined, attempts: number, attemptsInDoubt: number, credits: number) => {
    const create = { fence: 'none', calls: 0, earlier: [], checks: 0 };
    const snapshot = {
      world: { settings: { prices }, calls: [{ entry: { credits } }] },
      session: { kind: 'train', create, runs: 1 },
      tracks: [{ status: 'submitted', journal, attempts, attemptsInDoubt, calls: 1 }],
    };
    return Reflect.apply(journalAndLedgerAgree, undefined, [snapshot]);
  };

  it.each([
    ['it calls taken what the provider did not take', answered('taken'), 1, 0, 0],
    ['it misses what the provider took', undefined, 0, 0, 1],
    ['the record counts otherwise', answered('lost'), 1, 0, 1],
  ] as const)('is broken when %s', (_, journal, attempts, inDoubt, credits) => {
    expect(rule(journal, attempts, inDoubt, credits)).toHaveLength(1);
  });

  it('holds while what is in doubt may be either', () => {
    expect(rule(answered('lost'), 1, 1, 0)).toEqual([]);
    expect(rule(answered('lost'), 1, 1, 1)).toEqual([]);
  });
});
