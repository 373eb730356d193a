import type { Settings } from '../shared/settings.ts';
import { canCall, type Session, type Track } from './session.ts';
import type { SessionWithTracks } from './session-records.ts';
import { addToTally, noTracks, type TrackTally } from './track-tally.ts';

// What the provider may have taken, by the configured prices: a call in doubt counts as taken.

/** Of one upload, all attempts together. */
export const uploadCredits = ({ attempts }: Pick<Track, 'attempts'>, { upload }: Settings['prices']) =>
  attempts * upload;

/** Of the call behind the fence: the training, or the music. */
export const trainingCredits = (
  { create: { fence, earlier }, kind }: Pick<Session, 'create' | 'kind'>,
  prices: Settings['prices'],
) => (earlier.length + (fence === 'none' ? 0 : 1)) * priceOf({ kind }, prices);

/** What the session has cost so far, and what going on will cost if nothing has to be sent twice. */
export function creditsOf(session: Session, { attempts, toSend }: TrackTally, prices: Settings['prices']) {
  return {
    creditsSpent: trainingCredits(session, prices) + uploadCredits({ attempts }, prices),
    creditsToCome: canCall(session) ? toSend * prices.upload + priceOf(session, prices) : 0,
  };
}

/** Of a whole session so far. */
export const creditsSpent = ({ session, tracks }: SessionWithTracks, prices: Settings['prices']): number =>
  creditsOf(session, addToTally(noTracks, tracks), prices).creditsSpent;

/** What going on will cost if nothing has to be sent twice. */
export const creditsToCome = ({ session, tracks }: SessionWithTracks, prices: Settings['prices']): number =>
  creditsOf(session, addToTally(noTracks, tracks), prices).creditsToCome;

/** What the call behind the fence costs. */
const priceOf = ({ kind }: Pick<Session, 'kind'>, prices: Settings['prices']) =>
  ({ train: prices.create, batch: 0, music: prices.generate })[kind];
