import { describe, expect, it } from 'vitest';
import { mostUnderWay } from '../../bench/batch/under-way.ts';

type Entry = Parameters<typeof mostUnderWay>[0][number];

/** `+a` hands a over, `?a` asks for it, `-a` is a call that was not taken. */
const ledger = (...calls: string[]): Entry[] =>
  calls.map((call, index) => ({
    seq: index + 1,
    call: call.startsWith('?') ? 'status' : 'addToBatch',
    taskId: call.slice(1),
    taken: !call.startsWith('-'),
  }));

describe('uploads under way at once', () => {
  it('are those handed over and not asked for a last time', () => {
    expect(mostUnderWay(ledger('+a', '+b', '?a', '?b', '+c', '?c'))).toBe(2);
    expect(mostUnderWay(ledger('+a', '?a', '+b', '?a', '?b'))).toBe(2);
  });

  it('do not hold throttled uploads, and hold for ever those without a status request', () => {
    expect(mostUnderWay(ledger('-a', '+b', '?b'))).toBe(1);
    expect(mostUnderWay(ledger('+a', '+b', '+c'))).toBe(3);
  });
});
