import type { CallFault } from '../rig/provider.ts';
import { copyrightWords } from '../rig/provider.ts';
import type { Case, Outcome } from './case.ts';
import { anotherFile, byItself, oneClipMissing, paidInVain } from './outcomes.ts';

/** A training that is not done in time may be done later; here it never is. */
const overdue: Outcome = {
  ...paidInVain('DeadlineExceeded', 'The training was not done after'),
  next: ['resume', 'decide create-again'],
};

/** What becomes of a task after the provider has taken it: what happened, to an upload, to the training. */
const rows: readonly (readonly [string, CallFault, upload: Outcome, training: Outcome])[] = [
  [
    '`failed` with a reason that may pass',
    { kind: 'task-failed', reason: 'Internal error, try again later.' },
    byItself(107),
    paidInVain('TrainingFailed', 'Internal error, try again later.'),
  ],
  [
    '`failed` without a reason',
    { kind: 'task-failed' },
    byItself(107),
    paidInVain('TrainingFailed', 'gave no reason'),
  ],
  [
    '`failed` for good',
    { kind: 'task-failed', reason: copyrightWords },
    anotherFile(copyrightWords),
    paidInVain('TrainingFailed', copyrightWords),
  ],
  ['`timeout`', { kind: 'task-timeout' }, byItself(107), paidInVain('TrainingFailed', '"timeout"')],
  ['it never ends', { kind: 'never-ends' }, anotherFile('its last word was "running"'), overdue],
  ['it goes back from running to queued', { kind: 'backwards' }, byItself(), byItself()],
  [
    '`success` without an id',
    { kind: 'success-without-id' },
    anotherFile('its last word was "success"'),
    overdue,
  ],
];

const group = 'What becomes of a task';

export const taskFaults: readonly Case[] = [
  ...rows.flatMap(([what, fault, upload, training]): Case[] => [
    { group, what, place: 'upload', trouble: { kind: 'call', fault }, outcome: upload },
    { group, what, place: 'create', trouble: { kind: 'call', fault }, outcome: training },
  ]),
  {
    group,
    what: 'an upload fails three times with a reason that may pass',
    place: 'upload',
    trouble: {
      kind: 'call',
      fault: { kind: 'task-failed', reason: 'Internal error, try again later.' },
      times: 3,
    },
    outcome: {
      ...oneClipMissing('Internal error, try again later.', 8),
      finally: { status: 'ready', cost: 109 },
    },
  },
];
