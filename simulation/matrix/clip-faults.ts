import type { CallFault } from '../harness/provider.ts';
import type { Case, Outcome } from './case.ts';
import { byItself } from './outcomes.ts';

/** What the host of a clip's audio may do, which is no part of the provider's API. */
const faults: readonly (readonly [what: string, fault: CallFault])[] = [
  ['no connection', { kind: 'refused' }],
  ['reset', { kind: 'reset-before' }],
  ['time-out', { kind: 'timeout-before' }],
  ['403, as it is for a while after the clip is complete', { kind: 'status', status: 403 }],
  ['404', { kind: 'status', status: 404 }],
  ['503', { kind: 'status', status: 503 }],
  ['a file that ends in its middle', { kind: 'half' }],
  ['a page of HTML instead of audio', { kind: 'body', body: '<html>Soon.</html>' }],
  ['nothing', { kind: 'body', body: '' }],
];

/** Clips that the provider keeps until a person unlocks them there. */
const locked: readonly (readonly [
  what: string,
  clips: object,
  outcome: Pick<Outcome, 'error' | 'reason'>,
])[] = [
  [
    'all clips are locked',
    { unlocksPerMonth: 0 },
    { error: 'AudioLocked', reason: 'the provider keeps the audio of 2 of 2 clips locked' },
  ],
  [
    'one clip is locked, by its flag beside a usual link',
    { unlocksPerMonth: 1, lockShownBy: 'flag' },
    { error: 'AudioLocked', reason: 'the provider keeps the audio of 1 of 2 clips locked' },
  ],
  [
    "locked, and only the audio's host says so",
    { unlocksPerMonth: 0, lockShownBy: 'host' },
    { error: 'DeadlineExceeded', reason: 'A link that answers 403 may belong to a clip that is locked' },
  ],
];

const common = { group: 'The audio of a clip', place: 'audio of a clip' } as const;

export const clipFaults: readonly Case[] = [
  ...faults.map(
    ([what, fault]): Case => ({ ...common, what, trouble: { kind: 'call', fault }, outcome: byItself(40) }),
  ),
  {
    ...common,
    what: '403 for longer than it is asked for',
    trouble: { kind: 'call', fault: { kind: 'status', status: 403 }, times: 1000 },
    outcome: {
      status: 'failed',
      error: 'DeadlineExceeded',
      reason: 'The music is made and paid, but the audio of 2 of 2 clips could not be copied',
      cost: 40,
      next: ['mend', 'resume'],
      finally: { status: 'ready', cost: 40 },
    },
  },
  ...locked.map(
    ([what, clips, outcome]): Case => ({
      ...common,
      what,
      trouble: { kind: 'account', settings: { clips }, mended: { clips: { unlocksPerMonth: null } } },
      outcome: {
        status: 'failed',
        ...outcome,
        cost: 40,
        next: ['mend', 'resume'],
        finally: { status: 'ready', cost: 40 },
      },
    }),
  ),
];
