import type { ErrorName } from '../../functions/shared/errors.ts';
import type { CallFault } from '../harness/provider.ts';
import { allPlaces, type Case, type Outcome, type Place } from './case.ts';
import {
  anotherFile,
  byItself,
  inDoubt,
  musicInDoubt,
  musicInVain,
  oneClipMissing,
  partly,
  partlyForGood,
  thenResume,
} from './outcomes.ts';

/** What a fault of one call means for its caller. */
export type Meaning =
  /** Nothing was sent, or the provider says that it took nothing and that waiting helps. */
  | 'waits'
  /** The provider did it and the answer was lost. */
  | 'unheard'
  /** The provider did not do it, and the caller cannot know. */
  | 'lost'
  /** It was refused, with this status and message. */
  | { readonly status: number; readonly error: ErrorName; readonly words: string };

type Ends = (meaning: Meaning) => Outcome;

/** Where nothing but the next attempt comes of it. */
const harmless =
  (outcome: Outcome): Ends =>
  () =>
    outcome;

const ofOpening =
  (ready: Outcome): Ends =>
  (meaning) =>
    typeof meaning === 'string' ? ready : thenResume(meaning.error, meaning.words, { total: ready.cost });

/** It is about the account, so it ends the run and not the file. */
const isAccounts = ({ error }: { error: ErrorName }) =>
  error === 'ProviderAuth' || error === 'CreditsExhausted';

const ends: Readonly<Record<Exclude<Place, 'audio of a clip'>, Ends>> = {
  prepare: ofOpening(byItself()),
  // An upload is sent again; a create is asked about.
  upload(meaning) {
    if (typeof meaning !== 'string') {
      return isAccounts(meaning)
        ? thenResume(meaning.error, meaning.words, { cost: 5 })
        : oneClipMissing(meaning.words);
    }
    return { waits: byItself(), unheard: byItself(107), lost: byItself(106, 107) }[meaning];
  },
  create(meaning) {
    if (typeof meaning === 'string') return meaning === 'lost' ? inDoubt : byItself();
    return meaning.status === 409 ? inDoubt : thenResume(meaning.error, meaning.words, { cost: 6 });
  },
  'status of an upload': harmless(byItself()),
  'status of the training': harmless(byItself()),
  'open batch': ofOpening(byItself(6)),
  'add to batch'(meaning) {
    if (typeof meaning !== 'string') {
      return isAccounts(meaning)
        ? thenResume(meaning.error, meaning.words, { cost: 5, total: 6 })
        : partly(5, meaning.words, { cost: 5, total: 6 });
    }
    return { waits: byItself(6), unheard: byItself(7), lost: byItself(6, 7) }[meaning];
  },
  'list of the batch': harmless(byItself(6)),
  generate(meaning) {
    if (typeof meaning !== 'string') return thenResume(meaning.error, meaning.words, { total: 40 });
    return { waits: byItself(40), unheard: musicInDoubt(40), lost: musicInDoubt(0) }[meaning];
  },
  'status of the music': harmless(byItself(40)),
  'links to the audio': harmless(byItself(40)),
};

const html = '<html><head><title>Oops</title></head><body><h1>Bad gateway</h1></body></html>';
const page = (status: number, taken: boolean): CallFault => ({ kind: 'status', status, body: html, taken });
const answer = (status: number): CallFault => ({
  kind: 'status',
  status,
  body: { message: `Refused with ${status}.` },
});

type Row = readonly [what: string, fault: CallFault, meaning: Meaning];

const connection: readonly Row[] = [
  ['connection refused', { kind: 'refused' }, 'waits'],
  ['reset before the request was taken', { kind: 'reset-before' }, 'lost'],
  ['reset after it was taken', { kind: 'reset-after' }, 'unheard'],
  ['time-out, not taken', { kind: 'timeout-before' }, 'lost'],
  ['time-out, taken', { kind: 'timeout-after' }, 'unheard'],
];

const refused = (status: number, error: ErrorName): Row => [
  String(status),
  answer(status),
  { status, error, words: `Refused with ${status}.` },
];

const answers: readonly Row[] = [
  refused(400, 'ProviderRefused'),
  refused(401, 'ProviderAuth'),
  refused(402, 'CreditsExhausted'),
  refused(403, 'ProviderAuth'),
  refused(404, 'ProviderRefused'),
  refused(409, 'ProviderRefused'),
  refused(422, 'ProviderRefused'),
  ['429', { kind: 'status', status: 429 }, 'waits'],
  [
    '429, `Retry-After` in seconds',
    { kind: 'status', status: 429, headers: { 'retry-after': '75' } },
    'waits',
  ],
  ['429, `Retry-After` as a date', { kind: 'busy-until', seconds: 75 }, 'waits'],
  ...[500, 502, 503, 504].flatMap((status): Row[] => [
    [`${status}, a page of HTML, not taken`, page(status, false), 'lost'],
    [`${status}, a page of HTML, taken`, page(status, true), 'unheard'],
  ]),
];

const wrong = '{"taskId": 7, "sessionId": [], "status": {}}';
const unreadable: readonly Row[] = [
  ['malformed JSON', { kind: 'body', body: '{"taskId": "4f' }, 'unheard'],
  ['an empty body', { kind: 'body', body: '' }, 'unheard'],
  ['JSON of the wrong types', { kind: 'body', body: wrong }, 'unheard'],
  ['enormous JSON', { kind: 'body', body: '[1]', bytes: 2_000_000 }, 'unheard'],
];

const rows = (group: string, table: readonly Row[]): Case[] =>
  table.flatMap(([what, fault, meaning]) =>
    allPlaces.flatMap((place): Case[] => {
      if (place === 'audio of a clip') return [];
      return [{ group, what, place, trouble: { kind: 'call', fault }, outcome: ends[place](meaning) }];
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
  // The caller cannot know the right id of an upload: it polls the reported one until the deadline.
  otherTask('upload', anotherFile('The provider was not done with the track after')),
  otherTask('create', byItself()),
  otherTask('status of an upload', byItself()),
  otherTask('status of the training', byItself()),
  otherTask('open batch', byItself(6)),
  otherTask('add to batch', partlyForGood(5, 'The provider was not done with the track after', 6)),
  otherTask('list of the batch', byItself(6)),
  // Nor can it know the right id of music.
  otherTask('generate', {
    ...musicInVain('DeadlineExceeded', 'The music was not done after'),
    next: ['resume', 'decide create-again'],
  }),
  otherTask('status of the music', byItself(40)),
  otherTask('links to the audio', byItself(40)),
];
