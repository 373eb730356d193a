import { describe, expect, it } from 'vitest';
import { readAudioUrl } from '../../../functions/domain/validate-audio-url.ts';

describe('the URL of a track', () => {
  it.each([
    ['https://cdn.example.com/a/night%20drive.mp3', 'night drive.mp3'],
    ['https://cdn.example.com/a/song.mp3?v=2#part', 'song.mp3'],
    ['HTTPS://EXAMPLE.com/%E6%B4%9E.flac', '洞.flac'],
    ['https://example.com/100%.mp3', '100%.mp3'],
    ['https://example.com:8443/', 'example.com'],
    ['https://127.0.0.1/a.mp3', 'a.mp3'],
  ])('%s is handed on as it is', (url, file) => {
    expect(readAudioUrl(url)).toEqual({ url, file });
  });

  it.each([
    ['http://example.com/a.mp3', 'is neither s3://bucket/key nor an https URL'],
    ['ftp://example.com/a.mp3', 'is neither'],
    ['song.mp3', 'is neither'],
    ['', 'is neither'],
    ['https://example.com/a b.mp3', 'is neither'],
    ['https://', 'is neither'],
    ['https://ana:t0psecret@example.com/a.mp3', 'holds a user or a password'],
    ['https://t0psecret@example.com/a.mp3', 'holds a user or a password'],
    [
      'https://b.s3.amazonaws.com/a.mp3?X-Amz-Date=1&X-Amz-Signature=t0psecret',
      'is signed (X-Amz-Signature)',
    ],
    ['https://storage.googleapis.com/b/a?X-Goog-Signature=t0psecret', 'is signed (X-Goog-Signature)'],
    ['https://x.blob.core.windows.net/a.mp3?sv=1&sig=t0psecret', 'is signed (sig)'],
    ['https://d1.cloudfront.net/a?Expires=1&Signature=t0psecret', 'is signed (Signature)'],
    ['https://example.com/a.mp3?TOKEN=t0psecret', 'is signed (TOKEN)'],
    [`https://example.com/${'t0psecret'.repeat(300)}`, 'has 2720 characters'],
  ])('%s is refused, without a word of its secrets', (url, words) => {
    const read = readAudioUrl(url);
    expect(read).toEqual({ problem: expect.stringContaining(words) });
    expect(JSON.stringify(read)).not.toContain('t0psecret');
  });
});
