import { describe, expect, it } from 'vitest';
import { mostClips, readClips } from '../../../functions/provider/clips.ts';

const url = 'https://cdn.example/a.mp3';

describe('the clips in a result', () => {
  it.each([
    ['of an object', { id: 'a' }],
    ['of a list', [{ id: 'a' }]],
    ['of a list under `clips`', { id: 'task', clips: [{ id: 'a' }] }],
    ['that come twice', [{ id: 'a' }, { id: 'a' }]],
    ['beside what is no clip', [null, 'a', {}, { id: 7 }, { id: 'a' }]],
  ])('are those %s', (_, result) => {
    expect(readClips(result)).toStrictEqual([{ clipId: 'a' }]);
  });

  it.each([null, undefined, 'a', [], { clips: [] }, { clips: 'a' }])('are none in %j', (result) => {
    expect(readClips(result)).toEqual([]);
  });

  it('hold what is known of them, and no more', () => {
    const known = {
      id: 'a',
      audio_url: url,
      title: ' Rain ',
      status: 'complete',
      metadata: { duration: 61.5 },
    };
    expect(readClips([{ ...known, image_url: url }])).toStrictEqual([
      { clipId: 'a', audioUrl: url, title: 'Rain', durationSeconds: 61.5 },
    ]);
  });

  it('are the first six', () => {
    const result = Array.from({ length: 8 }, (_, index) => ({ id: `c${index}` }));
    expect(readClips(result).map(({ clipId }) => clipId)).toEqual(['c0', 'c1', 'c2', 'c3', 'c4', 'c5']);
    expect(mostClips).toBe(6);
  });
});

describe('the id of a clip', () => {
  it.each(['0a1b-2_C', 'x'.repeat(100)])('may be part of a key: %s', (id) => {
    expect(readClips({ id })).toStrictEqual([{ clipId: id }]);
  });

  it.each(['', 'x'.repeat(101), '../a', 'a/b', 'a/', 'a b', 'a\n'])('%j makes it no clip', (id) => {
    expect(readClips({ id })).toEqual([]);
  });
});

describe('what cannot be read of a clip', () => {
  it.each([
    ['a title that is empty', { title: ' ' }],
    ['a title of more than 300 characters', { title: 'x'.repeat(301) }],
    ['a title that is no text', { title: 7 }],
    ['a link that is none', { audio_url: 'soon' }],
    ['an empty link', { audio_url: '' }],
    ['a link of more than 4,096 characters', { audio_url: url + 'x'.repeat(4096) }],
    ['a duration of nothing', { metadata: { duration: 0 } }],
    ['a duration in words', { metadata: { duration: 'long' } }],
    ['metadata that is no object', { metadata: 'long' }],
    ['a status that is no word', { status: 7 }],
  ])('is left out, and the clip is kept: %s', (_, odd) => {
    expect(readClips({ id: 'a', ...odd }, 'complete')).toStrictEqual([{ clipId: 'a' }]);
  });

  it('does not begin before the limits', () => {
    const title = 'x'.repeat(300);
    const audio_url = url.padEnd(4096, 'x');
    expect(readClips({ id: 'a', title, audio_url })).toStrictEqual([
      { clipId: 'a', audioUrl: audio_url, title },
    ]);
  });
});

describe('a clip whose audio is locked', () => {
  it.each([
    'https://studio.example/api/forbidden',
    'https://studio.example/api/forbidden/',
    'https://studio.example/api/forbidden?clip=a',
    '/api/forbidden',
  ])('is known by its link, which is not handed on: %s', (audio_url) => {
    expect(readClips({ id: 'a', audio_url })).toStrictEqual([{ clipId: 'a', locked: true }]);
  });

  it('is known by its flag, beside a link that may work all the same', () => {
    const clip = { id: 'a', is_download_unlocked: false };
    expect(readClips(clip)).toStrictEqual([{ clipId: 'a', locked: true }]);
    expect(readClips({ ...clip, audio_url: url })).toStrictEqual([
      { clipId: 'a', audioUrl: url, locked: true },
    ]);
  });

  it.each([
    ['has been unlocked', { is_download_unlocked: true, audio_url: url }],
    ['says nothing that can be read', { is_download_unlocked: 'false', audio_url: url }],
    ['has a link that only resembles it', { audio_url: 'https://cdn.example/api/forbidden.mp3' }],
  ])('is none that %s', (_, clip) => {
    expect(readClips({ id: 'a', ...clip })).toStrictEqual([{ clipId: 'a', audioUrl: clip.audio_url }]);
  });

  it('is none that is still being made: that one is late', () => {
    const clip = { id: 'a', status: 'streaming', is_download_unlocked: false, audio_url: '/api/forbidden' };
    expect(readClips(clip, 'complete')).toStrictEqual([{ clipId: 'a', word: 'streaming' }]);
  });
});

describe("the clip's own word", () => {
  const told = (status: string, finished?: string) =>
    readClips({ id: 'a', status, audio_url: url }, finished)[0];

  it('keeps its link back until it says that the audio is there', () => {
    expect(told('streaming', 'complete')).toStrictEqual({ clipId: 'a', word: 'streaming' });
    expect(told(' COMPLETE\n', 'complete')).toStrictEqual({ clipId: 'a', audioUrl: url });
  });

  it('says nothing where a link is proof enough', () => {
    expect(told('streaming')).toStrictEqual({ clipId: 'a', audioUrl: url });
  });

  it('that is missing keeps no link back', () => {
    expect(readClips({ id: 'a', audio_url: url }, 'complete')).toStrictEqual([
      { clipId: 'a', audioUrl: url },
    ]);
  });

  it.each(['in progress', 'a_b-c', 'x'.repeat(40)])('may be "%s"', (word) => {
    expect(told(word, 'complete')?.word).toBe(word);
  });

  it.each(['', 'x'.repeat(41), '<b>', 'error!', '!error', 'erreur é'])(
    'is unreadable when it is "%s"',
    (word) => {
      expect(told(word, 'complete')?.word).toBe('unreadable');
    },
  );
});
