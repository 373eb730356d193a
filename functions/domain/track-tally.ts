import type * as z from 'zod';
import { trackSchema } from './session.ts';

/** What an answer about a session counts of its tracks, of which there may be thousands. */
export interface TrackTally {
  readonly tracks: number;
  /** Submissions that the provider may have taken. */
  readonly attempts: number;
  /** Those of them in doubt. */
  readonly inDoubt: number;
  /** Calls made to the provider, of finished loops only. */
  readonly calls: number;
  /** Tracks that going on will send. */
  readonly toSend: number;
  /** When those were submitted that the provider works on; one may be without its moment. */
  readonly submitted: readonly (string | undefined)[];
  /** The latest submission of any of them, ISO. */
  readonly lastSubmittedAt: string | undefined;
}

/** What is counted of a track. */
export const countedSchema = trackSchema.pick({
  status: true,
  attempts: true,
  attemptsInDoubt: true,
  calls: true,
  submittedAt: true,
  failure: true,
});

type Counted = z.infer<typeof countedSchema>;

export const noTracks: TrackTally = {
  tracks: 0,
  attempts: 0,
  inDoubt: 0,
  calls: 0,
  toSend: 0,
  submitted: [],
  lastSubmittedAt: undefined,
};

const latest = (one: string | undefined, other: string | undefined) =>
  one === undefined || (other !== undefined && other > one) ? other : one;

/** Does going on send it, or send it again? */
const isToSend = ({ status, failure }: Counted) =>
  status === 'declared' || (status === 'failed' && !failure?.permanent);

export function addToTally(tally: TrackTally, tracks: readonly Counted[]): TrackTally {
  const submitted = tracks.filter(({ status }) => status === 'submitted');
  return {
    tracks: tally.tracks + tracks.length,
    attempts: tracks.reduce((sum, { attempts }) => sum + attempts, tally.attempts),
    inDoubt: tracks.reduce((sum, { attemptsInDoubt = 0 }) => sum + attemptsInDoubt, tally.inDoubt),
    calls: tracks.reduce((sum, { calls }) => sum + calls, tally.calls),
    toSend: tally.toSend + tracks.filter(isToSend).length,
    submitted: [...tally.submitted, ...submitted.map(({ submittedAt }) => submittedAt)],
    lastSubmittedAt: tracks.map(({ submittedAt }) => submittedAt).reduce(latest, tally.lastSubmittedAt),
  };
}

/** Two tallies of different tracks of one session. */
export const sumOf = (one: TrackTally, other: TrackTally): TrackTally => ({
  tracks: one.tracks + other.tracks,
  attempts: one.attempts + other.attempts,
  inDoubt: one.inDoubt + other.inDoubt,
  calls: one.calls + other.calls,
  toSend: one.toSend + other.toSend,
  submitted: [...one.submitted, ...other.submitted],
  lastSubmittedAt: latest(one.lastSubmittedAt, other.lastSubmittedAt),
});
