import { describe, expect, it } from 'vitest';
import {
  endOf,
  idleStretches,
  ledgerOf,
  lineCharge,
  plainWords,
  rowStory,
  type TimelineCall,
  type TimelineFacts,
  type TimelineRow,
  takenWords,
  timeWent,
  trainingTook,
} from '../../../functions/shared/timeline.ts';
import {
  answerTitle,
  callAnswers,
  listedCalls,
  meaningOf,
} from '../../../functions/shared/timeline-words.ts';

const taken = (at: number, more: Partial<TimelineCall> = {}): TimelineCall => ({
  call: 'upload',
  at,
  until: at,
  answer: 'taken',
  charge: 'surely',
  credits: 1,
  ...more,
});
const done = (at: number) => ({ at, result: 'done' as const });
const lost = (at: number, until: number) => taken(at, { until, answer: 'lost', charge: 'perhaps' });
const away = (at: number) => taken(at, { answer: 'throttled', charge: 'not' });
const row = (file: string, ...calls: TimelineCall[]): TimelineRow => ({
  trackId: file,
  file,
  status: 'done',
  calls,
});
const facts = (rows: TimelineRow[], more: Partial<TimelineFacts> = {}): TimelineFacts => ({
  now: 200,
  work: [],
  rows,
  turns: [{ at: 0, status: 'preparing', run: 1 }],
  ...more,
});

describe('the ledger', () => {
  const prepare = taken(1, { call: 'prepare', charge: 'free', credits: 0 });
  const refused = taken(5, { end: { at: 20, result: 'failed', words: 'No.' } });
  const rows = [
    row('a', taken(3)),
    row('b', away(4), taken(14)),
    row('c', lost(6, 9), taken(9)),
    row('d', refused),
  ];
  const ledger = ledgerOf(facts(rows, { work: [prepare] }));

  it('has a line for each call out of the ordinary, in their order, and folds the plain ones', () => {
    expect(ledger.lines.map((line) => [line.title, lineCharge(line), line.answer])).toEqual([
      ['Prepare session', 'costs nothing', 'accepted'],
      ['Upload b', 'not taken', 'asked to wait'],
      ['Upload d', '1 credit surely taken', 'refused later'],
      ['Upload c', '1 credit perhaps taken', 'answer lost'],
    ]);
    expect(plainWords(ledger)).toBe('3 more uploads, each accepted: 3 credits');
  });

  it('says what was surely taken, and with what was perhaps taken', () => {
    expect(takenWords({ surely: 22, perhaps: 0 })).toBe('22 credits');
    expect(takenWords({ surely: 22, perhaps: 1 })).toBe('22 credits surely, 1 perhaps');
  });

  it.each(listedCalls.flatMap((call) => callAnswers.map((answer) => ({ call, answer }))))(
    'has words for the call %o',
    (line) => {
      expect(answerTitle(line)).not.toBe('');
      expect(meaningOf(line)).toMatch(/\.$/);
    },
  );
});

describe('idle time', () => {
  it('is where for over 20 s nothing was at the provider, with the reason', () => {
    const turns = [
      { at: 61, status: 'preparing', run: 1 },
      { at: 120, status: 'review', run: 1 },
      { at: 400, status: 'creating', run: 2 },
    ];
    const prepare = taken(61, { call: 'prepare', charge: 'free', credits: 0 });
    const work = [prepare, taken(402, { call: 'create', end: done(460) })];
    expect(
      idleStretches(facts([row('a', taken(62, { end: done(119) }))], { turns, work, now: 460 })),
    ).toEqual([
      { from: 0, to: 61, why: 'files on their way, or not started' },
      { from: 119, to: 402, why: 'waited for the approval' },
    ]);
  });

  it('is none while a call that was throttled waits to be made again', () => {
    expect(idleStretches(facts([row('a', away(1), taken(61, { end: done(199) }))]))).toEqual([]);
  });

  it('is not the time after everything has ended', () => {
    const turns = [
      { at: 0, status: 'preparing', run: 1 },
      { at: 90, status: 'ready', run: 1 },
    ];
    expect(endOf(facts([row('a', taken(1, { end: done(89) }))], { turns, now: 5000 }))).toBe(90);
  });
});

describe('where the time went', () => {
  it('is the average of the tracks that are done', () => {
    const one = row('a', away(10), taken(20, { until: 21, providerDoneAt: 41, end: done(45) }));
    const other = row('b', taken(0, { until: 1, providerDoneAt: 11, end: done(13) }));
    expect(timeWent(facts([one, other, row('c', taken(3))]))).toEqual({
      tracks: 2,
      waiting: 5,
      provider: 15,
      unseen: 3,
      throttled: 5,
    });
  });

  it('has the training by the provider’s clock, once it is done', () => {
    const create = taken(100, { call: 'create', until: 101 });
    expect(trainingTook(facts([], { work: [create] }))).toBeUndefined();
    const done_ = { ...create, providerDoneAt: 241, end: done(250) };
    expect(trainingTook(facts([], { work: [done_] }))).toBe(140);
  });

  it('is unknown while none is done', () => {
    expect(timeWent(facts([row('a', taken(3))]))).toBeUndefined();
  });
});

it('the words for a file say what happened to it', () => {
  const whole = row('a', away(10), taken(41, { checks: [50, 55, 60], end: done(67) }));
  expect(rowStory(whole, 0, 99)).toBe(
    'sent 0:41 after the start, 3 checks, ready at 1:07, asked to wait once',
  );
  expect(rowStory({ ...row('b', taken(41)), next: 108 }, 0, 99)).toBe(
    'sent 0:41 after the start, next check in 9 s',
  );
  expect(rowStory(row('c'), 0, 99)).toBe('not sent yet');
});
