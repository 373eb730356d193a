import { describe, expect, it } from 'vitest';
import { column, shortened, textWidth, wrapped } from '../../cli/output/text-width.ts';

describe('text in a terminal', () => {
  it.each([
    ['motion.mp3', 10],
    ['洞窟.opus', 9],
    ['e\u0301te\u0301', 3],
    ['ｗｉｄｅ', 8],
    ['👩‍🚀 🎵', 5],
    ['\u001B[32mgreen\u001B[39m', 5],
    ['한글', 4],
  ])('measures %j as %i cells', (text, width) => {
    expect(textWidth(text)).toBe(width);
  });

  it('shortens a long name in the middle, so that its extension can be read', () => {
    expect(shortened('a very long name of a song.flac', 16)).toBe('a very lon….flac');
    expect(shortened('short.mp3', 16)).toBe('short.mp3');
  });

  it('fills every column to its width, wide signs included', () => {
    for (const name of ['a', '洞窟の中の非常に長い名前.mp3', 'a very long name of a song.flac']) {
      for (const width of [8, 15, 16]) expect(textWidth(column(name, width))).toBe(width);
    }
  });

  it('breaks at spaces and keeps a longer word whole', () => {
    expect(wrapped('one two three npm-run-something-long four', 9)).toEqual([
      'one two',
      'three',
      'npm-run-something-long',
      'four',
    ]);
  });
});
