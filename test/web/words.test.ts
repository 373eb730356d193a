import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { SessionPageAnswer } from '../../functions/api/contract/session.ts';
import { sessionStatuses, trackStatuses } from '../../functions/domain/session.ts';
import { sessionKinds } from '../../functions/shared/state-contracts.ts';
import type { CallAnswer } from '../../functions/shared/timeline-words.ts';
import { readAddress } from '../../web/src/address.ts';
import { presentStates, presentWords } from '../../web/src/machine/present-states.ts';
import { age, duration, printable } from '../../web/src/words/format.ts';
import { headline } from '../../web/src/words/groups.ts';
import { balanceSign, detoursOf, sentencesOf } from '../../web/src/words/sentences.ts';

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
      happened: '15 of 24 tracks are ready to train on. One cannot be used.',
      cost: '22 credits. About 102 credits to come.',
      now: 'Nothing has to be done: 6 at the provider, 2 waiting.',
    });
  });

  test('tell what was surely and what was perhaps paid apart', () => {
    const { cost } = sentencesOf(session({ creditsSpent: 23, creditsTaken: { surely: 22, perhaps: 1 } }));
    expect(cost).toBe('22 credits, perhaps 23. About 102 credits to come.');
  });

  test('are followed by the detours of uploads, where there were some', () => {
    const row = (...answers: readonly CallAnswer[]) => ({
      ...{ trackId: '001', file: '1.wav', status: 'done' as const },
      calls: answers.map(
        (answer, at) => ({ call: 'upload', at, answer, charge: 'not', credits: 1 }) as const,
      ),
    });
    expect(detoursOf({ rows: [row('taken'), row()] })).toBe('');
    const rows = [
      row('turned-away', 'turned-away', 'taken'),
      row('unreachable', 'taken'),
      row('lost', 'taken'),
    ];
    expect(detoursOf({ rows })).toBe('2 uploads were turned away at first. The answer to 1 upload was lost.');
  });

  test('call what was perhaps paid so, and name the most that it can be', () => {
    const { happened, cost } = sentencesOf(
      session({ status: 'needs-decision', actions: ['decide'], creditsSpent: 124 }),
    );
    expect(happened).toBe('The provider’s answer was lost, so nobody knows whether the training was paid.');
    expect(cost).toBe('At most 124 credits, with the training that was perhaps paid.');
  });

  test('have a sign of a lost create: the balance before and after, and what its uploads took', () => {
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
      'The account had 9,775 credits before, and 9,673 after: 102 less. Its uploads in between took 1 credit, perhaps 2. What else was paid from it is in that, too.',
    );
  });

  test('ask for another file where the same one would be refused again', () => {
    const tracks = [
      track('done'),
      { ...track('failed', 2), failure: { error: 'ProviderRefused' as const, reason: 'x', permanent: true } },
    ];
    const stopped = session({ status: 'failed', actions: ['resume'], tracks });
    expect(sentencesOf(stopped).now).toBe(
      'Put another track in the place of each that cannot be used, then resume.',
    );
    expect(sentencesOf({ ...stopped, tracks: [track('done')] }).now).toBe(
      'Resume it: what is done is kept, and nothing is paid twice.',
    );
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
