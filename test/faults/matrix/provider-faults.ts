import type { CallFault } from '../rig/provider.ts';
import type { Case, Outcome, Place } from './case.ts';
import { anotherFile, byItself, inDoubt, oneClipMissing, thenResume } from './outcomes.ts';

type Ends = Readonly<Record<Place, Outcome>>;

/** Nothing was sent, or the provider says that it took nothing and that waiting helps. */
const waits: Ends = {
  prepare: byItself(),
  upload: byItself(),
  create: byItself(),
  'status of an upload': byItself(),
  'status of the training': byItself(),
};

/** The provider did it and nobody heard of it. An upload is sent again; a create is asked about. */
const takenUnheard: Ends = { ...waits, upload: byItself(107) };

/** The provider did not do it, and nobody can know. */
const lostUnheard: Ends = { ...waits, upload: byItself(106, 107), create: inDoubt };

const refusedRun = (status: number, error: Parameters<typeof thenResume>[0]): Ends => ({
  ...waits,
  prepare: thenResume(error, `Refused with ${status}.`),
  upload: oneClipMissing(`Refused with ${status}.`),
  create: thenResume(error, `Refused with ${status}.`, { cost: 6 }),
});

const html = '<html><head><title>Oops</title></head><body><h1>Bad gateway</h1></body></html>';
const page = (status: number, taken: boolean): CallFault => ({ kind: 'status', status, body: html, taken });
const answer = (status: number): CallFault => ({
  kind: 'status',
  status,
  body: { message: `Refused with ${status}.` },
});

const connection: readonly (readonly [what: string, fault: CallFault, ends: Ends])[] = [
  ['connection refused', { kind: 'refused' }, waits],
  ['reset before the request was taken', { kind: 'reset-before' }, lostUnheard],
  ['reset after it was taken', { kind: 'reset-after' }, takenUnheard],
  ['time-out, not taken', { kind: 'timeout-before' }, lostUnheard],
  ['time-out, taken', { kind: 'timeout-after' }, takenUnheard],
];

const answers: typeof connection = [
  ['400', answer(400), refusedRun(400, 'ProviderRefused')],
  ['401', answer(401), refusedRun(401, 'ProviderAuth')],
  ['402', answer(402), refusedRun(402, 'CreditsExhausted')],
  ['403', answer(403), refusedRun(403, 'ProviderAuth')],
  ['404', answer(404), refusedRun(404, 'ProviderRefused')],
  ['409', answer(409), { ...refusedRun(409, 'ProviderRefused'), create: inDoubt }],
  ['422', answer(422), refusedRun(422, 'ProviderRefused')],
  ['429', { kind: 'status', status: 429 }, waits],
  ['429, `Retry-After` in seconds', { kind: 'status', status: 429, headers: { 'retry-after': '75' } }, waits],
  ['429, `Retry-After` as a date', { kind: 'busy-until', seconds: 75 }, waits],
  ['500, a page of HTML, not taken', page(500, false), lostUnheard],
  ['500, a page of HTML, taken', page(500, true), takenUnheard],
  ['502, a page of HTML, not taken', page(502, false), lostUnheard],
  ['502, a page of HTML, taken', page(502, true), takenUnheard],
  ['503, a page of HTML, not taken', page(503, false), lostUnheard],
  ['503, a page of HTML, taken', page(503, true), takenUnheard],
  ['504, a page of HTML, not taken', page(504, false), lostUnheard],
  ['504, a page of HTML, taken', page(504, true), takenUnheard],
];

const wrong = '{"taskId": 7, "sessionId": [], "status": {}}';
const unreadable: typeof connection = [
  ['malformed JSON', { kind: 'body', body: '{"taskId": "4f' }, takenUnheard],
  ['an empty body', { kind: 'body', body: '' }, takenUnheard],
  ['JSON of the wrong types', { kind: 'body', body: wrong }, takenUnheard],
  ['enormous JSON', { kind: 'body', body: '[1]', bytes: 2_000_000 }, takenUnheard],
];

const rows = (group: string, table: typeof connection): Case[] =>
  table.flatMap(([what, fault, ends]) =>
    Object.entries(ends).map(([place, outcome]): Case => {
      return { group, what, place: place as Place, trouble: { kind: 'call', fault }, outcome };
    }),
  );

const otherTask = (place: Place, outcome: Outcome): Case => ({
  group: 'Answers that cannot be read',
  what: "another task's id",
  place,
  trouble: { kind: 'call', fault: { kind: 'other-task-id' } },
  outcome,
});

export const providerFaults: readonly Case[] = [
  ...rows('The connection', connection),
  ...rows('Answers that refuse', answers),
  ...rows('Answers that cannot be read', unreadable),
  otherTask('prepare', byItself()),
  // Of an upload nobody knows which id it should be: the one that was told is asked about until the deadline.
  otherTask('upload', anotherFile('The provider was not done with the track after')),
  otherTask('create', byItself()),
  otherTask('status of an upload', byItself()),
  otherTask('status of the training', byItself()),
];
