import { expect, test } from 'vitest';
import { longestForeignMessage } from '../../functions/shared/aws-errors.ts';
import { settingsSchema } from '../../functions/shared/settings.ts';
import {
  copyAudioState,
  createModelState,
  enoughClipsState,
  failureState,
  musicState,
  preparedState,
  trainingState,
  uploadState,
} from '../../functions/shared/state-contracts.ts';
import { requireBoundedHistory } from '../../infra/workflows/check-history-budget.ts';
import { mostSlices, slicesOfLongest } from '../../infra/workflows/history-budget.ts';

/** Bytes that a state may have (documented). */
const limit = 256 * 1024;
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
const sessionId = 's'.repeat(64);
const trackId = 't'.repeat(64);
const position = {
  wait: 99_999,
  waited: 99_999,
  total: 99_999,
  checks: 9999,
  refusals: 99,
  pace: 4,
  verdict: 'waiting',
} as const;
/** Of a session of 100 tracks. */
const prepared = preparedState.parse({
  sessionId,
  ...position,
  tracks: Array.from({ length: 100 }, () => ({ sessionId, trackId })),
});
const execution = { Id: 'i'.repeat(256), Name: 'n'.repeat(80) };

/** The longest error of our functions as Lambda reports it, in Chinese: its message, and once more above its stack. */
const errorMessage = '洞'.repeat(longestForeignMessage + 100);
const frames = Array.from({ length: 10 }, () => `    at ${'f'.repeat(140)}`);
const ownError = {
  Error: 'StorageUnavailable',
  Cause: JSON.stringify({ errorType: 'StorageUnavailable', errorMessage, trace: [errorMessage, ...frames] }),
};
/** Every slice that a training may have has failed. */
const uploads = Array.from({ length: mostSlices }, () => ({ error: ownError }));

test('in the loops a state is of a few hundred bytes', () => {
  for (const state of [
    uploadState.parse({ sessionId, trackId, ...position }),
    createModelState.parse({ sessionId, ...position }),
    trainingState.parse({ sessionId, ...position }),
    musicState.parse({ sessionId, ...position }),
    copyAudioState.parse({ sessionId, ...position }),
  ]) {
    expect(bytes(state)).toBeLessThan(512);
  }
});

test('between Prepare session and Enough clips? a state stays under 256 KiB: 100 tracks, and every slice has failed', () => {
  expect(bytes({ ...prepared, uploads })).toBeLessThan(limit);
  expect(enoughClipsState.parse({ ...prepared, uploads }).uploads).toHaveLength(mostSlices);
});

test('into Record failure a state stays under 256 KiB when every slice has failed', () => {
  const failure = failureState.parse({
    execution,
    input: { ...prepared, uploads, error: ownError },
    error: ownError,
  });
  expect(bytes(failure)).toBeLessThan(limit);
});

test('into Record failure a state stays under 256 KiB with the longest cause that the service keeps, in Chinese', () => {
  // 32,768 characters (documented). The payload has the error twice: by itself, and in the state's input.
  const error = { Error: 'E'.repeat(256), Cause: '洞'.repeat(32_768) };
  const failure = failureState.parse({ execution, input: { ...prepared, error }, error });
  expect(bytes(failure)).toBeLessThan(limit);
});

test('settings whose tracks would take more slices than a state holds are refused, and the message says what to lower', () => {
  const every = (seconds: number) =>
    settingsSchema.parse({
      schedules: { upload: { checks: [seconds], every: seconds, deadline: 1200 } },
    });
  expect(slicesOfLongest(every(5))).toBeGreaterThan(mostSlices);
  expect(() => requireBoundedHistory(every(5))).toThrow(
    /100 tracks would take \d+ executions.*Lower settings\.limits\.maxTracks/,
  );
  expect(() => requireBoundedHistory(every(30))).not.toThrow();
});
