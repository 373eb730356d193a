import type { Schedule } from './schedule.ts';

/**
 * One upload: about 20 s with a long tail. The moments are computed, not chosen: `bench/schedules/defaults.ts` says from
 * what, and `npm run bench:schedules -- --print-defaults` prints them.
 */
export const uploadSchedule: Schedule = {
  checks: [17, 25, 33, 41, 49, 57, 65, 73, 81],
  byTracks: [
    { tracks: 6, checks: [21, 28, 33, 37, 41, 45, 49, 54, 58] },
    { tracks: 9, checks: [22, 30, 35, 39, 43, 47, 52, 57, 61] },
    { tracks: 12, checks: [23, 32, 37, 41, 45, 49, 54, 59, 63] },
    { tracks: 18, checks: [25, 35, 40, 44, 48, 52, 56, 61, 66] },
    { tracks: 24, checks: [26, 37, 42, 46, 50, 54, 58, 63, 68] },
    { tracks: 40, checks: [28, 40, 44, 48, 51, 54, 58, 62, 66] },
    { tracks: 60, checks: [29, 42, 46, 49, 52, 55, 58, 61, 65] },
    { tracks: 100, checks: [31, 44, 48, 51, 54, 57, 60, 63, 66] },
  ],
  usual: 20,
  learn: true,
  every: 15,
  later: { after: 105, every: 40 },
  deadline: 600,
};

/** The training: 120 to 180 s, its moments computed as well. */
export const trainingSchedule: Schedule = {
  learn: true,
  checks: [127, 134, 140, 146, 151, 156, 161, 165, 168, 171, 174, 176, 178, 180],
  every: 8,
  later: { after: 240, every: 20 },
  deadline: 1800,
};
