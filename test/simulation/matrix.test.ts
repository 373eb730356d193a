import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { machineNames } from '../../simulation/harness/machine.ts';
import { allCases } from '../../simulation/matrix/all-cases.ts';
import { type Case, machineAt } from '../../simulation/matrix/case.ts';
import { document } from '../../simulation/matrix/document.ts';
import { inDoubt } from '../../simulation/matrix/outcomes.ts';
import { playCase } from '../../simulation/matrix/play-case.ts';
import { play } from '../../simulation/simulate.ts';

/** All by `npm run faults:matrix`; else every eighth, from each machine, so that the suite stays quick. */
const every = process.env.FAULTS === 'all' ? 1 : 8;

describe.each(machineNames)('%s', (machine) => {
  const own = allCases.filter(({ place }) => machineAt(place) === machine);
  const cases = own.filter((_, index) => index % every === 0);
  it.each(cases)('$group: $what, at $place: $outcome.status, $outcome.cost credits', async (played) => {
    const { outcome } = played;
    const { first, later, happened } = await playCase(played);
    expect(happened).toBe(true);
    expect(first).toMatchObject({
      cost: outcome.cost,
      session: { status: outcome.status, creditsSpent: outcome.record ?? outcome.cost },
    });
    expect(first.session.failure?.error).toBe(outcome.error);
    const words = [first.session.failure, ...first.session.tracks.map(({ failure }) => failure)];
    expect(words.map((it) => it?.reason).join('\n')).toContain(outcome.reason ?? '');
    for (const { session, cost } of [first, ...later]) {
      const { surely, perhaps } = session.creditsTaken;
      expect(surely).toBeLessThanOrEqual(cost);
      expect(surely + perhaps).toBeGreaterThanOrEqual(cost);
    }
    if (outcome.clips !== undefined) expect(first.session.batch?.clips).toBe(outcome.clips);
    if (!outcome.finally) return;
    expect(later.at(-1)).toMatchObject({
      cost: outcome.finally.cost,
      session: { status: outcome.finally.status },
    });
  });
});

describe('a create in doubt', () => {
  const doubtful = (next: Case['outcome']['next']): Case => ({
    group: '',
    what: '',
    place: 'create',
    trouble: { kind: 'call', fault: { kind: 'reset-before' } },
    outcome: { ...inDoubt, next },
  });
  const after = async (...next: Case['outcome']['next']) => {
    const { later } = await playCase(doubtful(next));
    return later.map(({ session, cost }) => [session.status, session.decisions.length, cost]);
  };

  it('is asked about once more by "check again", which spends nothing and settles nothing here', async () => {
    expect(await after('decide check-again')).toEqual([['needs-decision', 1, 6]]);
  });

  it('is found by "check again" when it had been taken and only its status lagged behind', async () => {
    const { ended, final, credits } = await play({
      machine: 'train-model',
      seed: 1,
      files: Array.from({ length: 6 }, () => 'song' as const),
      by: 'request',
      arrivals: [],
      elder: false,
      skipInvalid: false,
      review: false,
      minClips: undefined,
      faults: [
        { call: 'create', nth: 1, times: 1, fault: { kind: 'reset-after' } },
        { call: 'training', nth: 1, times: 5, fault: { kind: 'still-ready' } },
      ],
      events: [],
      later: [],
      choices: ['check-again'],
    });
    expect(ended).toMatchObject({ status: 'needs-decision', creditsSpent: 106 });
    expect([final?.status, final?.decisions.length, credits]).toEqual(['ready', 1, 106]);
  });

  it('is paid for by "create again", by the explicit word that the record keeps', async () => {
    expect(await after('decide create-again')).toEqual([['ready', 1, 106]]);
  });

  it('is given up by "abandon"', async () => {
    expect(await after('decide abandon')).toEqual([['abandoned', 1, 6]]);
  });

  it('is asked about, and never called again, by a mere resume', async () => {
    expect(await after('resume', 'resume')).toEqual([
      ['needs-decision', 0, 6],
      ['needs-decision', 0, 6],
    ]);
  });
});

it('docs/faults.md lists these cases (npm run faults:table writes it)', () => {
  expect(readFileSync('docs/faults.md', 'utf8')).toBe(document(allCases));
});
