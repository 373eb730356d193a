import type { CallFault } from '../harness/provider.ts';
import type { Action, Case, Outcome } from './case.ts';
import { inDoubt, musicInDoubt, musicInVain, paidInVain } from './outcomes.ts';

type Place = 'create' | 'generate';

/** Why a person allows a second call, and how the run ended that made the first. */
const firsts: readonly (readonly [what: string, fault: CallFault, ends: Readonly<Record<Place, Outcome>>])[] =
  [
    ['the answer was lost', { kind: 'reset-before' }, { create: inDoubt, generate: musicInDoubt(0) }],
    [
      'it failed',
      { kind: 'task-failed', reason: 'No luck.' },
      {
        create: paidInVain('TrainingFailed', 'No luck.'),
        generate: musicInVain('GenerationFailed', 'No luck.'),
      },
    ],
    [
      'it timed out',
      { kind: 'task-timeout' },
      {
        create: paidInVain('TrainingFailed', '"timeout"'),
        generate: musicInVain('GenerationFailed', '"timeout"'),
      },
    ],
    [
      'it was a success without an id',
      { kind: 'success-without-id' },
      {
        create: paidInVain('ProviderContradiction', 'its answer holds no id of a model'),
        generate: musicInVain('ProviderContradiction', 'its answer holds no clip that can be read'),
      },
    ],
    [
      'it never ends',
      { kind: 'never-ends' },
      {
        create: paidInVain('DeadlineExceeded', 'The training was not done after'),
        generate: musicInVain('DeadlineExceeded', 'The music was not done after'),
      },
    ],
  ];

/** What becomes of the second call: how often it is paid, and what a person does until there is a third that works. */
interface Second {
  readonly paid: 0 | 1;
  readonly next: (first: CallFault, place: Place) => readonly Action[];
}

const again: readonly Action[] = ['decide create-again'];

const seconds: readonly (readonly [what: string, fault: CallFault, second: Second])[] = [
  ['not taken, and the answer lost', { kind: 'reset-before' }, { paid: 0, next: () => again }],
  [
    'taken, and the answer lost',
    { kind: 'reset-after' },
    // The task of music is known by the answer only; a training is found by its session.
    { paid: 1, next: (_, place) => (place === 'create' ? [] : again) },
  ],
  [
    'refused for want of credits',
    { kind: 'status', status: 402, body: { message: 'Not enough credits.' } },
    // What has not ended may end yet: a resume asks once more before a person may decide.
    { paid: 0, next: ({ kind }) => (kind === 'never-ends' ? ['resume', ...again] : again) },
  ],
  ['sent once more, as nothing listened', { kind: 'refused' }, { paid: 1, next: () => [] }],
  ['taken, and failed', { kind: 'task-failed', reason: 'Not again.' }, { paid: 1, next: () => again }],
];

const price = { create: 100, generate: 40 } as const;

/** Every reason for a second call, and every end of it. */
export const secondCalls: readonly Case[] = firsts.flatMap(([why, first, ends]) =>
  seconds.flatMap(([what, fault, { paid, next }]) =>
    (['create', 'generate'] as const).map((place): Case => {
      const later = next(first, place);
      const { cost } = ends[place];
      const calls = paid + (later.length > 0 ? 1 : 0);
      return {
        group: 'A second call that a person allows',
        what: `${why}; the second was ${what}`,
        place,
        trouble: { kind: 'call', fault: first, second: fault },
        outcome: {
          ...ends[place],
          next: [...again, ...later],
          finally: { status: 'ready', cost: cost + calls * price[place] },
        },
      };
    }),
  ),
);
