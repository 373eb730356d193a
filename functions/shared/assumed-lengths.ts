import { normalShare } from './normal-share.ts';
import type { DoneBy } from './plan-checks.ts';

/** @param spread standard deviation of the logarithm */
export const logNormalShare =
  (median: number, spread: number): DoneBy =>
  (seconds) =>
    seconds <= 0 ? 0 : normalShare(Math.log(seconds / median) / spread);

export const uniformShare =
  (shortest: number, longest: number): DoneBy =>
  (seconds) =>
    Math.min(1, Math.max(0, (seconds - shortest) / (longest - shortest)));

/**
 * How long tasks take, as it is assumed where nothing was seen yet, since the provider documents no more: uploads of about
 * 20 s with a tail, trainings of "about 2 to 3 minutes". Choices, not facts.
 */
export const assumedLengths = { upload: logNormalShare(20, 0.4), training: uniformShare(120, 180) };

/** Of the assumed lengths: their geometric mean in seconds, and the standard deviation of their logarithm. */
export const assumedShape = {
  upload: { middle: 20, spread: 0.4 },
  training: { middle: 149, spread: 0.117 },
};
