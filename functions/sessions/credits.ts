import type { Settings } from '../shared/settings.ts';
import { mayCall, type Session, type Track } from './session.ts';
import type { SessionWithTracks } from './session-store.ts';

// What the provider may have taken, by the configured prices: a call in doubt counts as taken.

/** Of one upload, all attempts together. */
export const uploadCredits = ({ attempts }: Pick<Track, 'attempts'>, { upload }: Settings['prices']) =>
  attempts * upload;

/** Of the call behind the fence: the training, or the music. */
export const trainingCredits = (
  { create: { fence, earlier }, kind }: Pick<Session, 'create' | 'kind'>,
  prices: Settings['prices'],
) => (earlier.length + (fence === 'none' ? 0 : 1)) * priceOf({ kind }, prices);

/** Of a whole session so far. */
export function creditsSpent({ session, tracks }: SessionWithTracks, prices: Settings['prices']): number {
  return tracks.reduce((sum, track) => sum + uploadCredits(track, prices), trainingCredits(session, prices));
}

/** What going on will cost if nothing has to be sent twice. */
export function creditsToCome({ session, tracks }: SessionWithTracks, prices: Settings['prices']): number {
  if (!mayCall(session)) return 0;
  const missing = tracks.filter(({ status, failure }) => {
    return status === 'declared' || (status === 'failed' && !failure?.permanent);
  });
  return missing.length * prices.upload + priceOf(session, prices);
}

/** What the call behind the fence costs. */
const priceOf = ({ kind }: Pick<Session, 'kind'>, prices: Settings['prices']) =>
  ({ train: prices.create, batch: 0, music: prices.generate })[kind];
