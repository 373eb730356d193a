import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { SessionPageAnswer } from '../../functions/api/contract/session.ts';
import { sessionStatuses, trackStatuses } from '../../functions/domain/session.ts';
import { sessionKinds } from '../../functions/shared/state-contracts.ts';
import type { CallAnswer } from '../../functions/shared/timeline-words.ts';
import { readAddress } from '../../web/src/address.ts';
import { presentStates, presentWords } from '../../web/src/machine/present-states.ts';
import { choicesOf, recommended } from '../../web/src/words/choices.ts';
import { age, duration, printable } from '../../web/src/words/format.ts';
import { headline } from '../../web/src/words/groups.ts';
import { balanceSign, detoursOf, lastSentence, refusedOf, toComeOf } from '../../web/src/words/money.ts';
import { cutInTheMiddle, waitingWords } from '../../web/src/words/rows.ts';
import { sentencesOf } from '../../web/src/words/sentences.ts';

const track = (status: (typeof trackStatuses)[number], index = 1): SessionPageAnswer['tracks'][number] => ({
  trackId: String(index).padStart(3, '0'),
  file: `${index}.wav`,
  status,
  attempts: 1,
});

function session(more: Partial<SessionPageAnswer>): SessionPageAnswer {
  return {
    sessionId: 'e72ec4e3-8e56-451e-b24b-791cc32dd35b',
    kind: 'train',
    name: 'Night Drive',
    status: 'uploading',
    startedBy: 'api',
    createdAt: '2026-11-26T14:02:10Z',
    updatedAt: '2026-11-26T14:02:10Z',
    creditsSpent: 22,
    creditsToCome: 102,
    providerCalls: 30,
    actions: [],
    decisions: [],
    tracks: trackStatuses.map(track),
    ...more,
  };
}

const everySession = sessionKinds.flatMap((kind) =>
  sessionStatuses.map((status) =>
    session({
      kind,
      status,
      actions: status === 'failed' ? ['resume'] : [],
      failure: { error: 'AudioRejected', reason: 'One file is text.' },
    }),
  ),
);

describe('the three sentences', () => {
  test.each(everySession)(
    'of a session of the kind $kind, $status, are whole and have at most fifty words',
    (one) => {
      const { happened, cost, now } = sentencesOf(one);
      for (const line of [happened, cost, now]) expect(line).toMatch(/^[A-Z0-9].*\.$/);
      expect(`${happened} ${cost} ${now}`.split(/\s+/).length).toBeLessThanOrEqual(50);
    },
  );

  test('say where the tracks are, and what is to come', () => {
    const tracks = [
      ...Array(15).fill('done'),
      'failed',
      ...Array(6).fill('submitted'),
      'declared',
      'declared',
    ];
    expect(sentencesOf(session({ tracks: tracks.map(track) }))).toEqual({
      happened: '15 of 24 tracks are ready to train on. One was refused.',
      cost: '22 credits. About 102 credits to come.',
      now: 'Nothing has to be done: 6 at the provider, 2 waiting.',
    });
  });

  test('tell what was surely and what was perhaps paid apart', () => {
    const { cost } = sentencesOf(session({ creditsSpent: 23, creditsTaken: { surely: 22, perhaps: 1 } }));
    expect(cost).toBe('22 credits surely, 1 perhaps. About 102 credits to come.');
  });

  test('are followed by the detours of uploads, where there were some', () => {
    const row = (...answers: readonly CallAnswer[]) => ({
      ...{ trackId: '001', file: '1.wav', status: 'done' as const },
      calls: answers.map(
        (answer, at) => ({ call: 'upload', at, answer, charge: 'not', credits: 1 }) as const,
      ),
    });
    expect(detoursOf({ rows: [row('taken'), row()] })).toBe('');
    const rows = [row('throttled', 'throttled', 'taken'), row('unreachable', 'taken'), row('lost', 'taken')];
    expect(detoursOf({ rows })).toBe(
      '2 uploads had to wait, and were sent again. The answer to 1 upload was lost.',
    );
  });

  test('say of a lost create what was surely and what was perhaps taken', () => {
    const { happened, cost } = sentencesOf(
      session({
        status: 'needs-decision',
        actions: ['decide'],
        creditsSpent: 125,
        creditsTaken: { surely: 24, perhaps: 101 },
      }),
    );
    expect(happened).toBe('The provider’s answer was lost, so nobody knows whether the training was paid.');
    expect(cost).toBe('24 credits surely, 101 perhaps, the training among them.');
  });

  test('have a sign of a lost create: the balance before and after, what its uploads took, and what that looks like', () => {
    const call = { at: 10, answer: 'taken', charge: 'surely', credits: 1, call: 'upload' } as const;
    const lost = { ...call, charge: 'perhaps', answer: 'lost' } as const;
    const rows = [call, lost].map((one) => ({
      trackId: '1',
      file: '1.wav',
      status: 'done' as const,
      calls: [one],
    }));
    const create = { ...lost, call: 'create', at: 60, credits: 100 } as const;
    const { sessionId, kind, name, status, startedBy, createdAt } = session({});
    const about = { sessionId, kind, name, status, startedBy, createdAt, owner: 'ana' };
    const timeline = { session: about, now: 200, work: [create], turns: [], notes: [], rows };
    expect(balanceSign(timeline)).toBeUndefined();
    const balances = [
      { at: 2, credits: 9775 },
      { at: 130, credits: 9673 },
    ];
    expect(balanceSign({ ...timeline, balances: balances.slice(0, 1) })).toBeUndefined();
    expect(balanceSign({ ...timeline, balances })).toBe(
      'The account had 9,775 credits when this run began, and 9,673 after the call: 102 less. The uploads of this run took 1 credit surely, 1 perhaps of them. So the training was most likely paid, unless others used the account meanwhile.',
    );
    const unpaid = [
      { at: 59, credits: 9700 },
      { at: 130, credits: 9700 },
    ];
    expect(balanceSign({ ...timeline, balances: unpaid })).toBe(
      'The account had 9,700 credits when this run began, and 9,700 after the call: 0 less. Its uploads were paid before that. So the training was most likely not paid, unless others used the account meanwhile.',
    );
  });

  test('ask for another file where the same one would be refused again', () => {
    const tracks = [
      track('done'),
      { ...track('failed', 2), failure: { error: 'ProviderRefused' as const, reason: 'x', permanent: true } },
    ];
    const stopped = session({ status: 'failed', actions: ['resume'], tracks });
    expect(sentencesOf(stopped).now).toBe('Put another track in the place of each refused one, then resume.');
    expect(sentencesOf({ ...stopped, tracks: [track('done')] }).now).toBe(
      'Resume it: what is done is kept, and nothing is paid twice.',
    );
  });
});

describe('the first card', () => {
  test('says of a session that was not started whether its files are in storage', () => {
    const open = session({ status: 'open', tracks: [track('declared', 1), track('declared', 2)] });
    expect(sentencesOf(open, { there: 2, all: 2 }).now).toBe('All 2 tracks are in storage: start it.');
    expect(sentencesOf(open, { there: 1, all: 2 }).now).toBe(
      'Send the track below that is not in storage, then start it.',
    );
    expect(
      (['open', 'uploading', 'cancelled'] as const).map((status) => waitingWords(session({ status }))),
    ).toEqual(['waits for the start', 'waits for its turn', 'not sent']);
  });

  test('says what refused files cost, and why they were refused', () => {
    const call = { call: 'upload', at: 1, answer: 'taken', charge: 'surely', credits: 1 } as const;
    const row = (words?: string) => ({
      ...{ trackId: '1', file: '1.wav', status: 'failed' as const },
      calls: [{ ...call, ...(words && { end: { at: 9, result: 'failed' as const, words } }) }],
    });
    expect(refusedOf({ rows: [row()] })).toBe('');
    expect(refusedOf({ rows: [row('Too short.'), row('Too short.')] })).toBe(
      '2 refused files cost 2 credits: “Too short.”',
    );
    expect(refusedOf({ rows: [row('Too short.'), row('Silent.')] })).toBe(
      '2 refused files cost 2 credits: “Too short.” And 1 other reason.',
    );
  });

  test('keeps of a recorded reason the sentence for people', () => {
    expect(lastSentence('No answer from http://127.0.0.1:1 (ECONNRESET). The 100 may be gone.')).toBe(
      'The 100 may be gone.',
    );
  });
});

describe('the choices', () => {
  const doubt = session({ status: 'needs-decision', actions: ['decide'] });

  test('begin with the question that costs nothing, which the first card recommends', () => {
    expect(choicesOf(doubt).map(({ choice }) => choice)).toEqual(['check-again', 'create-again', 'abandon']);
    expect(recommended(doubt)).toBe('check-again');
    expect(sentencesOf(doubt).now).toContain('Ask the provider once more');
  });

  test('have no such question of music, whose task was in the lost answer', () => {
    const music = { ...doubt, kind: 'music' } as const;
    expect(choicesOf(music).map(({ choice }) => choice)).toEqual(['create-again', 'abandon']);
    expect(recommended(music)).toBeUndefined();
    expect(sentencesOf(music).now).not.toContain('Ask');
  });

  test('speak of no doubt where the provider said that a paid training failed', () => {
    const failed = session({ status: 'failed', actions: ['resume', 'decide'] });
    expect(choicesOf(failed).map(({ choice }) => choice)).toEqual(['create-again', 'abandon']);
    expect(choicesOf(failed).flatMap(({ cases }) => cases)).toEqual([]);
  });

  test('have their price in the ledger, where nothing is to come by itself', () => {
    const create = { call: 'create', at: 1, answer: 'lost', charge: 'perhaps', credits: 100 } as const;
    const money = { surely: 24, perhaps: 101, toCome: 0 };
    expect(toComeOf(doubt, { work: [create], money })).toEqual({
      credits: 100,
      words: 'more, if you call again',
    });
    expect(toComeOf(session({ status: 'ready' }), { work: [create], money })).toBeUndefined();
  });
});

describe('names', () => {
  test('that are long keep their end', () => {
    expect(cutInTheMiddle('loop 1.wav')).toEqual(['loop 1.wav']);
    expect(cutInTheMiddle('loops 0/loop number 601.wav')).toEqual(['loops 0/loop nu', 'mber 601.wav']);
  });
});

describe('the machine', () => {
  const layouts: unknown = JSON.parse(
    readFileSync(new URL('../../web/src/machine/machines.json', import.meta.url), 'utf8'),
  );
  const machineOf = { train: 'train-model', batch: 'upload-batch', music: 'generate-music' };

  test.each(everySession)('of a session of the kind $kind, $status, has each state that is lit', (one) => {
    const known = Object.keys(Object(layouts)[machineOf[one.kind]].shapes);
    const { now, passed, bad } = presentStates(one);
    for (const name of [...Object.keys(now), ...Object.keys(passed), ...bad]) expect(known).toContain(name);
  });

  test('is lit where the record says that the session is', () => {
    const tracks = ['done', 'submitting', 'submitted', 'submitted', 'failed', 'declared'] as const;
    const present = presentStates(session({ tracks: tracks.map(track) }));
    expect(present).toEqual({
      now: { 'Submit upload': 1, 'Wait for upload': 2 },
      passed: { 'Track uploaded': 1, 'Track failed': 1 },
      bad: ['Track failed'],
    });
    expect(presentWords(present, 'uploading')).toBe('Now: 1 in Submit upload, 2 in Wait for upload.');
    expect(presentWords(presentStates(session({ status: 'ready' })), 'ready')).toBe(
      'Nothing runs now: ready.',
    );
    const lost = presentStates(session({ status: 'needs-decision', tracks: [] }));
    expect(lost).toEqual({ now: {}, passed: { 'Create model': 1 }, bad: ['Answer lost'] });
    expect(presentWords(lost, 'needs-decision')).toBe(
      'Nothing runs now: needs a decision. The run ended in Answer lost.',
    );
  });
});

describe('addresses', () => {
  test.each([
    ['', { view: 'sessions' }],
    ['#/sessions', { view: 'sessions' }],
    ['#/sessions/a%2Fb', { view: 'session', id: 'a/b' }],
    ['#/models/chirp-custom%3A1', { view: 'models', id: 'chirp-custom:1' }],
    ['#/sessions/%E0%A4%A', { view: 'unknown' }],
    ['#/sessions/a/b', { view: 'unknown' }],
    ['#/else', { view: 'unknown' }],
  ])('%s is read', (hash, address) => {
    expect(readAddress(hash)).toEqual(address);
  });
});

describe('words', () => {
  test('show characters that would turn or move a text, and leave all others as they are', () => {
    expect(printable('a\u202eb\u001b[2J\n洞窟 é')).toBe('a\\u202eb\\u001b[2J\n洞窟 é');
  });

  test('give durations and ages one or two numbers', () => {
    expect([8, 65, 7800].map(duration)).toEqual(['8 s', '1 min 05 s', '2 h 10 min']);
    expect([8, 600, 7200, 400_000].map(age)).toEqual(['8 s', '10 min', '2 h', '4 d']);
  });

  test('begin the list with what needs a person', () => {
    expect(headline({ you: 3, running: 4, ready: 0, ended: 0 })).toBe('3 sessions need you. 4 are running.');
    expect(headline({ you: 1, running: 1, ready: 0, ended: 0 })).toBe('1 session needs you. One is running.');
    expect(headline({ you: 0, running: 0, ready: 9, ended: 1 })).toBe('Nothing needs you. None is running.');
  });
});
