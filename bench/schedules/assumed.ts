import { logNormal, uniform } from './distributions.ts';

/** Seconds, and the standard deviation of their logarithm. */
export const assumedUpload = { median: 20, spread: 0.4 };

/**
 * What the default schedules assume, since the provider documents no more: uploads of about 20 s with a tail,
 * trainings of "about 2 to 3 minutes". Choices, not facts.
 */
export const assumed = {
  upload: logNormal(assumedUpload.median, assumedUpload.spread),
  training: uniform(120, 180),
};
