import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import { statusWords } from '../../../functions/shared/status-words.ts';

/** What of a machine is lit. */
export interface Present {
  /** How many are in a state now; by the titles that graph, log and runbook have. */
  readonly now: Readonly<Record<string, number>>;
  /** How many came to an end in it. */
  readonly passed: Readonly<Record<string, number>>;
  /** Where a run came to a bad end. */
  readonly bad: readonly string[];
}

type Status = SessionPageAnswer['status'];

interface Names {
  /** The state that a session is in as a whole. */
  readonly of: Partial<Record<Status, string>>;
  readonly uploaded?: string;
  readonly failed?: string;
  readonly end: string;
  readonly badEnd: string;
  /** The call that costs, whose answer may be lost. */
  readonly paid?: string;
}

/** States by the titles that the machine of each kind gives them. */
const namesOf: Readonly<Record<SessionPageAnswer['kind'], Names>> = {
  train: {
    of: {
      preparing: 'Prepare session',
      review: 'Waiting for approval',
      creating: 'Create model',
      training: 'Wait for training',
    },
    uploaded: 'Track uploaded',
    failed: 'Track failed',
    paid: 'Create model',
    end: 'Model ready',
    badEnd: 'Training failed',
  },
  batch: {
    of: { preparing: 'Prepare batch' },
    uploaded: 'File uploaded',
    failed: 'File failed',
    end: 'Batch ready',
    badEnd: 'Batch failed',
  },
  music: {
    of: {
      preparing: 'Request music',
      creating: 'Request music',
      generating: 'Wait for music',
      copying: 'Copy audio',
    },
    paid: 'Request music',
    end: 'Music ready',
    badEnd: 'Music failed',
  },
};

/**
 * The states that a session is in, as far as its record tells: a track at the provider is shown in *Wait for upload*,
 * where it is most of the time.
 */
export function presentStates({
  kind,
  status,
  tracks,
}: Pick<SessionPageAnswer, 'kind' | 'status' | 'tracks'>): Present {
  const names = namesOf[kind];
  const count = (wanted: (typeof tracks)[number]['status']) =>
    tracks.filter((track) => track.status === wanted).length;
  const state = names.of[status];
  const uploading = status === 'uploading' && names.uploaded !== undefined;
  const failed = count('failed');
  const isLost = status === 'needs-decision';
  return {
    now: some([
      ['Submit upload', uploading ? count('submitting') : 0],
      ['Wait for upload', uploading ? count('submitted') : 0],
      [state, 1],
    ]),
    passed: some([
      [names.uploaded, count('done')],
      [names.failed, failed],
      [names.paid, isLost ? 1 : 0],
      [names.end, status === 'ready' ? 1 : 0],
    ]),
    bad: [
      ...(failed > 0 && names.failed !== undefined ? [names.failed] : []),
      ...(isLost && names.paid !== undefined ? [answerLost] : []),
      ...(status === 'failed' ? [names.badEnd] : []),
    ],
  };
}

/** Where a machine ends when nobody can say whether the call was taken. */
const answerLost = 'Answer lost';

function some(states: readonly (readonly [string | undefined, number])[]): Record<string, number> {
  return Object.fromEntries(
    states.flatMap(([name, many]) => (name === undefined || many === 0 ? [] : [[name, many]])),
  );
}

/** The same in one line, for a phone and a screen reader. */
export function presentWords(present: Present, status: Status): string {
  const parts = Object.entries(present.now).map(
    ([state, many]) => `${many.toLocaleString('en')} in ${state}`,
  );
  if (parts.length > 0) return `Now: ${parts.join(', ')}.`;
  const ended = status === 'needs-decision' || status === 'failed' ? present.bad.at(-1) : undefined;
  return `Nothing runs now: ${statusWords[status]}.${ended === undefined ? '' : ` The run ended in ${ended}.`}`;
}
