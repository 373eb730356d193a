import { describe, expect, test } from 'vitest';
import { join } from '../../../test-support/audio-files/bytes.ts';
import { matroskaFile } from '../../../test-support/audio-files/matroska.ts';
import { cut, inspect, refused, usable, zeroed } from './judged.ts';

describe('WebM and Matroska are as long as their last block of sound says', () => {
  test.each([
    ['as ffmpeg writes it', matroskaFile({ seconds: 10, stated: 10 }), 10],
    ['as a browser records it: no length, no index, no sizes', matroskaFile({ seconds: 10, open: true }), 10],
    ['with a header that states too much', matroskaFile({ seconds: 10, stated: 10.2 }), 10],
    ['of a recording that began before', matroskaFile({ seconds: 10, from: 0.5, open: true }), 10],
    [
      'in clusters larger than what is read first',
      matroskaFile({ seconds: 60, each: 30, blockBytes: 900, open: true }),
      60,
    ],
  ])('%s', async (_, bytes, seconds) => {
    const found = usable(await inspect(bytes));
    expect(found).toMatchObject({ format: 'WebM (Opus)', extension: 'webm' });
    expect(found.durationSeconds).toBeCloseTo(seconds, 1);
    expect(found.warning).toBeUndefined();
  });

  test('a pause of the recording is part of it', async () => {
    // Ten seconds, of which the clusters of four are left out.
    const whole = matroskaFile({ seconds: 10, open: true });
    const clusters: number[] = [];
    const letters = Buffer.from('1f43b675', 'hex');
    for (
      let at = Buffer.from(whole).indexOf(letters);
      at >= 0;
      at = Buffer.from(whole).indexOf(letters, at + 1)
    ) {
      clusters.push(at);
    }
    const paused = join(whole.slice(0, clusters[3]), whole.slice(clusters[7]));
    expect(usable(await inspect(paused)).durationSeconds).toBeCloseTo(10, 1);
  });

  test.each([
    ['found in the last clusters', {}],
    ['by the tag of the track', { tagged: 10, pictureBytes: 90_000 }],
    ['found by the index', { cues: true, stated: 60, pictureBytes: 90_000 }],
  ])('sound that is shorter than the picture is as long as the sound: %s', async (_, told) => {
    const found = usable(
      await inspect(matroskaFile({ seconds: 10, pictureSeconds: 60, type: 'matroska', ...told })),
    );
    expect(found).toMatchObject({ format: 'Matroska (Opus)', extension: 'mkv' });
    expect(Math.abs(found.durationSeconds - 10)).toBeLessThan(0.2);
    expect(found.warning).toContain('only its sound');
  });

  test('three seconds of sound in a minute of picture are too short', async () => {
    const found = refused(await inspect(matroskaFile({ seconds: 3, pictureSeconds: 60, stated: 60 })));
    expect(found).toMatchObject({ problem: 'too-short', reason: expect.stringContaining('It lasts 3 s') });
  });

  test('without sound at the end, the duration comes from the header, and is marked so', async () => {
    const bytes = matroskaFile({
      seconds: 20,
      pictureSeconds: 20,
      each: 20,
      stated: 20,
      pictureBytes: 150_000,
    });
    expect(usable(await inspect(bytes)).durationSeconds).toBeCloseTo(20, 0);
  });

  test('a recording of a screen that was broken off is estimated by its clusters', async () => {
    const bytes = matroskaFile({ seconds: 30, pictureSeconds: 30, each: 5, pictureBytes: 300_000 });
    const found = usable(await inspect(bytes.slice(0, -1_400_000)));
    expect(Math.abs(found.durationSeconds - 25)).toBeLessThan(6);
  });

  test.each([
    ['cut short', cut(matroskaFile({ seconds: 60, stated: 60 }), 0.5), 30],
    ['never filled behind its half', zeroed(matroskaFile({ seconds: 300, stated: 300 }), 0.5), 150],
  ])('one that is %s holds what is there', async (_, bytes, seconds) => {
    const found = usable(await inspect(bytes));
    expect(Math.abs(found.durationSeconds - seconds)).toBeLessThan(12);
    expect(found).toMatchObject({ cutShort: true, warning: expect.stringContaining('cut short') });
  });

  test.each([
    ['no track of sound', matroskaFile({ seconds: 10, soundTrack: false, pictureSeconds: 10 }), 'not-audio'],
    [
      'a track of sound with nothing in it',
      matroskaFile({ seconds: 0, pictureSeconds: 10, stated: 10 }),
      'not-audio',
    ],
    ['encrypted sound', matroskaFile({ seconds: 10, encrypted: true }), 'protected'],
    ['a header alone', matroskaFile({ seconds: 0 }), 'broken'],
  ])('%s is refused', async (_, bytes, problem) => {
    expect(refused(await inspect(bytes)).problem).toBe(problem);
  });
});
