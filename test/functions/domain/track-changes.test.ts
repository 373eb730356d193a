import { describe, expect, it } from 'vitest';
import { trackFailed } from '../../../functions/domain/track-changes.ts';
import type { ErrorName } from '../../../functions/shared/errors.ts';
import { testMoment } from '../../../test-support/session-records.ts';

describe('a track that failed keeps the words of the provider', () => {
  const reasonOf = (reason: string, error: ErrorName = 'ProviderRefused') =>
    trackFailed(error, reason, testMoment).failure?.reason;

  it.each([
    'Audio is not reachable (HEAD 403)',
    'Could not download the audio: 403',
    'HEAD request failed',
    'The URL is Forbidden',
  ])('and of "%s" it says what a signed URL admits, and what helps', (words) => {
    expect(reasonOf(words)).toContain(`${words} (A signed URL of S3 answers GET only`);
  });

  it.each<[string, ErrorName?]>([
    ['Copyrighted material detected: "Heading Home".'],
    ['Forbidden'],
    ['Your account may not download audio (403)', 'ProviderAuth'],
  ])('and of "%s" nothing else', (words, error) => {
    expect(reasonOf(words, error)).toBe(words);
  });
});
