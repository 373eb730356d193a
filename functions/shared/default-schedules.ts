import type { Schedule } from './schedule.ts';

/**
 * One upload: about 20 s with a long tail. The moments are computed, not chosen: `bench/schedules/defaults.ts` says from
 * what, and `npm run bench:schedules -- --print-defaults` prints them.
 */
export const uploadSchedule: Schedule = {
  checks: [17, 25, 33, 41, 49, 57, 65, 73, 81],
  byTracks: [
    { tracks: 6, checks: [21, 28, 32, 36, 40, 44, 48, 52, 56] },
    { tracks: 8, checks: [22, 29, 33, 37, 41, 45, 49, 53, 57] },
    { tracks: 10, checks: [23, 31, 35, 39, 42, 45, 49, 53, 57] },
    { tracks: 12, checks: [24, 32, 36, 40, 43, 46, 50, 54, 58, 62] },
    { tracks: 15, checks: [24, 33, 38, 42, 46, 50, 55, 60, 64, 68] },
    { tracks: 18, checks: [25, 35, 39, 43, 47, 51, 55, 59, 63, 67] },
    { tracks: 21, checks: [25, 36, 41, 45, 49, 54, 59, 64, 69, 73] },
    { tracks: 24, checks: [26, 37, 41, 45, 49, 53, 57, 61, 66, 70] },
    { tracks: 32, checks: [26, 37, 43, 47, 51, 56, 61, 66, 71, 75] },
    { tracks: 40, checks: [27, 38, 42, 45, 48, 51, 54, 57, 60, 64] },
    { tracks: 60, checks: [28, 38, 43, 46, 49, 52, 55, 58, 61, 64] },
    { tracks: 80, checks: [29, 37, 44, 48, 51, 54, 57, 60, 63, 66] },
    { tracks: 100, checks: [30, 38, 46, 50, 53, 56, 59, 62, 65, 68] },
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
  checks: [128, 135, 142, 148, 154, 159, 164, 168, 171, 174, 176, 178, 180, 182],
  every: 8,
  later: { after: 240, every: 20 },
  deadline: 1800,
};
