import { describe, expect, it } from 'vitest';
import { isPermanentRejection } from '../../../functions/provider/rejections.ts';

describe('what the provider says about a track', () => {
  it.each([
    'Uploaded audio matches existing work of art.',
    'This audio contains copyrighted material. Please try again with different audio.',
    'Copyright detected',
    'Content violates our policy',
    'Flagged by moderation',
    'Unsupported audio format.',
    'The file is not a valid audio file',
    'Audio could not be decoded',
    'Failed to decode audio',
    'File is corrupted',
    'Audio is too long',
    'Audio too short',
  ])('%s: permanent', (reason) => {
    expect(isPermanentRejection(reason)).toBe(true);
  });

  it.each([
    'Audio source not found.',
    'Failed to download audio: unsupported protocol',
    'Could not fetch the audio file',
    'Copyright check timed out',
    'Internal server error',
    'Service temporarily unavailable',
    'Something went wrong',
    '',
    undefined,
  ])('%s: worth another attempt', (reason) => {
    expect(isPermanentRejection(reason)).toBe(false);
  });

  it('lets the code decide over the words', () => {
    expect(isPermanentRejection('Unsupported', 4001)).toBe(false);
    expect(isPermanentRejection('Unsupported', 4999)).toBe(true);
  });
});
