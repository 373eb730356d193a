import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';

type Track = SessionPageAnswer['tracks'][number];

/** Where a file is, as the page groups it. */
export const places = ['done', 'provider', 'waiting', 'refused', 'copy'] as const;
export type Place = (typeof places)[number];

/** The name of each group. */
export const placeWords: Readonly<Record<Place, string>> = {
  done: 'ready',
  provider: 'at the provider',
  waiting: 'waiting',
  refused: 'refused',
  copy: 'copies of another',
};

const placeOfStatus: Readonly<Record<Track['status'], Place>> = {
  declared: 'waiting',
  submitting: 'provider',
  submitted: 'provider',
  done: 'done',
  failed: 'refused',
  rejected: 'refused',
  duplicate: 'copy',
};

export const placeOf = ({ status }: Pick<Track, 'status'>): Place => placeOfStatus[status];

export type Tally = Readonly<Record<Place, number>> & { readonly all: number };

/** How many files are where; copies of another file count for none of `all`. */
export function tallyOf(tracks: readonly Pick<Track, 'status'>[]): Tally {
  const tally = { done: 0, provider: 0, waiting: 0, refused: 0, copy: 0 };
  for (const track of tracks) tally[placeOf(track)] += 1;
  return { ...tally, all: tracks.length - tally.copy };
}
