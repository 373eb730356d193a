import type { Settings } from '../shared/settings.ts';
import { type Create, canCall, type Session, type Track } from './session.ts';
import type { SessionWithTracks } from './session-records.ts';
import { addToTally, noTracks, type TrackTally } from './track-tally.ts';

// What the provider has taken, by the configured prices; what it perhaps took is kept apart.

/** Of one upload, all attempts together. */
export const uploadCredits = ({ attempts }: Pick<Track, 'attempts'>, { upload }: Settings['prices']) =>
  attempts * upload;

/** Of the call behind the fence: the training, or the music. */
export const trainingCredits = (
  { create: { fence, earlier }, kind }: Pick<Session, 'create' | 'kind'>,
  prices: Settings['prices'],
) => (earlier.length + (fence === 'none' ? 0 : 1)) * priceOf({ kind }, prices);

/** What the session has cost so far, and what going on will cost if nothing has to be sent twice. */
export function creditsOf(
  session: Session,
  { attempts, inDoubt, toSend }: TrackTally,
  prices: Settings['prices'],
) {
  const { create } = session;
  const creditsSpent = trainingCredits(session, prices) + uploadCredits({ attempts }, prices);
  const doubtful = [create, ...create.earlier].filter(isDoubtful).length;
  const perhaps = doubtful * priceOf(session, prices) + inDoubt * prices.upload;
  return {
    creditsSpent,
    creditsTaken: { surely: creditsSpent - perhaps, perhaps },
    creditsToCome: canCall(session) ? toSend * prices.upload + priceOf(session, prices) : 0,
  };
}

const isDoubtful = ({ fence }: Pick<Create, 'fence'>) => fence === 'intent' || fence === 'unknown';

/** Of a whole session so far, with what was perhaps taken. */
export const creditsSpent = ({ session, tracks }: SessionWithTracks, prices: Settings['prices']): number =>
  creditsOf(session, addToTally(noTracks, tracks), prices).creditsSpent;

/** What going on will cost if nothing has to be sent twice. */
export const creditsToCome = ({ session, tracks }: SessionWithTracks, prices: Settings['prices']): number =>
  creditsOf(session, addToTally(noTracks, tracks), prices).creditsToCome;

/** What the call behind the fence costs. */
const priceOf = ({ kind }: Pick<Session, 'kind'>, prices: Settings['prices']) =>
  ({ train: prices.create, batch: 0, music: prices.generate })[kind];
