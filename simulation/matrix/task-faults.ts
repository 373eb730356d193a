import type { CallFault } from '../harness/provider.ts';
import { copyrightWords } from '../harness/provider.ts';
import type { Case, Outcome } from './case.ts';
import {
  anotherFile,
  byItself,
  musicInVain,
  oneClipMissing,
  paidInVain,
  partly,
  partlyForGood,
} from './outcomes.ts';

const passing = 'Internal error, try again later.';

/** A training that is not done in time may be done later; here it never is. */
const overdue: Outcome = {
  ...paidInVain('DeadlineExceeded', 'The training was not done after'),
  next: ['resume', 'decide create-again'],
};

const musicOverdue: Outcome = {
  ...musicInVain('DeadlineExceeded', 'The music was not done after'),
  next: ['resume', 'decide create-again'],
};

interface Ends {
  readonly upload: Outcome;
  readonly create: Outcome;
  readonly 'add to batch': Outcome;
  readonly generate: Outcome;
}

/** A task that fails: an upload is sent once more, what was paid is reported. */
const fails = (words: string): Ends => ({
  upload: byItself(107),
  create: paidInVain('TrainingFailed', words),
  'add to batch': byItself(7),
  generate: musicInVain('GenerationFailed', words),
});

const neverEnds = (words: string): Ends => ({
  upload: anotherFile(words),
  create: overdue,
  'add to batch': partlyForGood(5, words, 6),
  generate: musicOverdue,
});

/** It is a success and holds nothing: the files can be sent again, and what was paid is a person's to decide on. */
const emptySuccess: Ends = {
  upload: anotherFile('its answer holds no id of a clip'),
  create: paidInVain('ProviderContradiction', 'its answer holds no id of a model'),
  'add to batch': partlyForGood(5, 'its answer holds no id of a clip', 6),
  generate: musicInVain('ProviderContradiction', 'its answer holds no clip that can be read'),
};

/** What becomes of a task after the provider has taken it. */
const rows: readonly (readonly [string, CallFault, Ends])[] = [
  ['`failed` with a reason that may pass', { kind: 'task-failed', reason: passing }, fails(passing)],
  ['`failed` without a reason', { kind: 'task-failed' }, fails('gave no reason')],
  [
    '`failed` for good',
    { kind: 'task-failed', reason: copyrightWords },
    {
      ...fails(copyrightWords),
      upload: anotherFile(copyrightWords),
      'add to batch': partlyForGood(5, copyrightWords, 6),
    },
  ],
  ['`timeout`', { kind: 'task-timeout' }, fails('"timeout"')],
  ['it never ends', { kind: 'never-ends' }, neverEnds('its last status was "running"')],
  [
    'it goes back from running to queued',
    { kind: 'backwards' },
    { upload: byItself(), create: byItself(), 'add to batch': byItself(6), generate: byItself(40) },
  ],
  ['`success` without an id', { kind: 'success-without-id' }, emptySuccess],
];

const group = 'What becomes of a task';

const thrice: Omit<Case, 'place' | 'outcome'> = {
  group,
  what: 'an upload fails three times with a reason that may pass',
  trouble: { kind: 'call', fault: { kind: 'task-failed', reason: passing }, times: 3 },
};

export const taskFaults: readonly Case[] = [
  ...rows.flatMap(([what, fault, ends]): Case[] =>
    (['upload', 'create', 'add to batch', 'generate'] as const).map((place) => {
      return { group, what, place, trouble: { kind: 'call', fault }, outcome: ends[place] };
    }),
  ),
  {
    ...thrice,
    place: 'upload',
    outcome: { ...oneClipMissing(passing, 8), finally: { status: 'ready', cost: 109 } },
  },
  { ...thrice, place: 'add to batch', outcome: partly(5, passing, { cost: 8, total: 9 }) },
];
