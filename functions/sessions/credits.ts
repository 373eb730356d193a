import type { Settings } from '../shared/settings.ts';
import type { Session, Track } from './session.ts';

// What the provider may have taken, by the configured prices: a call in doubt counts as taken.

/** Of one upload, all attempts together. */
export const uploadCredits = ({ attempts }: Pick<Track, 'attempts'>, { upload }: Settings['prices']) =>
  attempts * upload;

/** Of the training. */
export const trainingCredits = (
  { create: { fence, paidBefore } }: Pick<Session, 'create'>,
  { create }: Settings['prices'],
) => (paidBefore + (fence === 'none' ? 0 : 1)) * create;
