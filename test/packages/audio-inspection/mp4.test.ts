import { describe, expect, test } from 'vitest';
import { inspectAudioWithCost } from '../../../packages/audio-inspection/inspect-audio.ts';
import { join, little } from '../../../test-support/audio-files/bytes.ts';
import { box, coded, fragmentedMp4, mp4File } from '../../../test-support/audio-files/mp4.ts';
import { countedSource } from '../../../test-support/audio-files/source.ts';
import { cut, inspect, limits, refused, usable, zeroed } from './judged.ts';

describe('the sound of a file of the MP4 family is measured by its tables', () => {
  test.each([
    ['an M4A', mp4File({ seconds: 10 }), 'M4A (AAC)', 'm4a'],
    ['one that describes itself at its end', mp4File({ seconds: 10, moov: 'end' }), 'M4A (AAC)', 'm4a'],
    [
      'a QuickTime with a second handler',
      mp4File({ seconds: 10, brand: 'qt  ', secondHandler: true }),
      'QuickTime (AAC)',
      'mov',
    ],
    [
      'an M4A of GStreamer, with a second handler',
      mp4File({ seconds: 10, secondHandler: true }),
      'M4A (AAC)',
      'm4a',
    ],
    [
      'an old QuickTime with a handler in `meta`',
      mp4File({ seconds: 10, brand: 'none', metaHandler: true, moov: 'end' }),
      'QuickTime (AAC)',
      'mov',
    ],
    ['a 3GP of a phone', mp4File({ seconds: 10, brand: '3gp4', entry: 'samr' }), '3GP (AMR)', '3gp'],
    ['Apple Lossless', mp4File({ seconds: 10, entry: 'alac' }), 'M4A (ALAC)', 'm4a'],
    ['one with places of 64 bits', mp4File({ seconds: 10, wide: true }), 'M4A (AAC)', 'm4a'],
    [
      'one whose data goes on to the end of the file',
      mp4File({ seconds: 10, openData: true }),
      'M4A (AAC)',
      'm4a',
    ],
    [
      'one with a tag behind it',
      join(mp4File({ seconds: 10 }), 'TAG', new Uint8Array(125)),
      'M4A (AAC)',
      'm4a',
    ],
    [
      'one with a few bytes behind it',
      join(mp4File({ seconds: 10, moov: 'end' }), 0, 0, 0),
      'M4A (AAC)',
      'm4a',
    ],
  ])('%s', async (_, bytes, format, extension) => {
    const found = usable(await inspect(bytes));
    expect(found).toMatchObject({ format, extension });
    expect(found.durationSeconds).toBeCloseTo(10, 1);
    expect(found.warning).toBeUndefined();
  });

  test('hours, whose description has more than 2 MB, are refused for their length alone', async () => {
    const source = countedSource(mp4File({ seconds: 24_000, sampleBytes: 36, perChunk: 1, wide: true }));
    const long = await inspectAudioWithCost(source, limits);
    expect(refused(long.inspection).reason).toBe(
      'It lasts 6 h 40 min, more than the 30 min allowed: cut it into shorter pieces.',
    );
    expect(long.bytesRead).toBeLessThan(1_000_000);
  });

  test.each([
    ['a delay of the encoder', [{ from: 0.128, seconds: 9.8 }], 9.8],
    [
      'a pause in front',
      [
        { from: -1, seconds: 3 },
        { from: 0, seconds: 10 },
      ],
      10,
    ],
    [
      'a piece that was cut out',
      [
        { from: 0, seconds: 4 },
        { from: 6, seconds: 4 },
      ],
      8,
    ],
    ['an edit that says no length', [{ from: 2, seconds: 0 }], 8],
    ['an edit that claims more than there is', [{ from: 0, seconds: 3600 }], 10],
  ])('what is played is what counts: %s', async (_, edits, seconds) => {
    expect(usable(await inspect(mp4File({ seconds: 10, edits }))).durationSeconds).toBeCloseTo(seconds, 0);
  });

  test('sound that is shorter than the picture is as long as the sound', async () => {
    const found = usable(await inspect(mp4File({ seconds: 10, pictureSeconds: 60, brand: 'isom' })));
    expect(found.durationSeconds).toBeCloseTo(10, 1);
    expect(found).toMatchObject({ format: 'MP4 (AAC)', warning: expect.stringContaining('only its sound') });
    const short = refused(await inspect(mp4File({ seconds: 3, pictureSeconds: 60 })));
    expect(short.problem).toBe('too-short');
  });

  test.each(['drms', 'enca', 'aavd'])('sound that is protected as %s is refused as such', async (entry) => {
    const found = refused(await inspect(mp4File({ seconds: 10, entry })));
    expect(found.problem).toBe('protected');
    expect(found.reason).toMatch(/copy-protected.*: replace it by a copy without protection\.$/);
  });

  test('a movie without a track of sound is no audio', async () => {
    const silent = join(box('ftyp', 'isom'), box('moov', box('mvhd', new Uint8Array(100))));
    expect(refused(await inspect(silent))).toMatchObject({ problem: 'not-audio' });
  });
});

describe('of an MP4 that is cut short the part that is there counts', () => {
  test.each([
    ['cut', cut(mp4File({ seconds: 60 }), 0.5), 30],
    ['cut, with data that goes on to the end', cut(mp4File({ seconds: 60, openData: true }), 0.5), 30],
    ['cut within a large chunk', cut(mp4File({ seconds: 60, perChunk: 10_000 }), 0.5), 30],
    ['never filled behind its half', zeroed(mp4File({ seconds: 600, sampleBytes: 100 }), 0.55), 330],
  ])('%s', async (_, bytes, seconds) => {
    const found = usable(await inspect(bytes));
    expect(Math.abs(found.durationSeconds - seconds)).toBeLessThan(seconds * 0.1);
    expect(found).toMatchObject({ cutShort: true, warning: expect.stringContaining('cut short') });
  });

  test('one whose description is missing with its end is broken', async () => {
    const found = refused(await inspect(cut(mp4File({ seconds: 60, moov: 'end' }), 0.5)));
    expect(found).toMatchObject({ problem: 'broken', reason: expect.stringContaining('cut short') });
  });

  test('silence of plain sound is not taken for a part that was never filled', async () => {
    const bytes = zeroed(mp4File({ seconds: 600, brand: 'qt  ', entry: 'sowt' }), 0.6);
    expect(usable(await inspect(bytes, { maxSeconds: 1000 })).warning).toBeUndefined();
  });
});

describe('a movie in fragments is as long as its last fragment says', () => {
  test.each([
    ['as a browser records it', fragmentedMp4({ seconds: 10 })],
    [
      'as DASH sends it, with lengths in the header of the movie alone',
      fragmentedMp4({ seconds: 10, defaults: 'movie' }),
    ],
    ['with a length for each sample', fragmentedMp4({ seconds: 10, defaults: 'sample' })],
    ['whose first sound is in the movie', fragmentedMp4({ seconds: 10, inMovie: 2 })],
    ['of hundreds', fragmentedMp4({ seconds: 400, each: 0.5 }), 400],
    ['that was taken out of a broadcast', fragmentedMp4({ seconds: 10, from: 36_000 })],
    ['that do not say when they begin', fragmentedMp4({ seconds: 10, from: 'untold' })],
    ['with a promise that it keeps', fragmentedMp4({ seconds: 10, promised: 10, indexed: 10 })],
    [
      'with much picture and an index at the end',
      fragmentedMp4({ seconds: 10, index: true, pictureBytes: 400_000 }),
    ],
  ])('%s', async (_, bytes, seconds = 10) => {
    const found = usable(await inspect(bytes));
    expect(Math.abs(found.durationSeconds - seconds)).toBeLessThan(Math.max(0.1, seconds * 0.005));
    expect(found.warning).toBeUndefined();
  });

  test('of hundreds that do not say when they begin, the length is an estimate', async () => {
    const found = usable(await inspect(fragmentedMp4({ seconds: 400, from: 'untold' })));
    expect(Math.abs(found.durationSeconds - 400)).toBeLessThan(4);
    expect(found.warning).toContain('estimate');
  });

  test.each([
    ['within a fragment', cut(fragmentedMp4({ seconds: 60 }), 0.505)],
    [
      'between two, with a length promised in its header',
      cut(fragmentedMp4({ seconds: 60, promised: 60 }), 0.5),
    ],
    [
      'between two, with a length promised by its index',
      cut(fragmentedMp4({ seconds: 60, indexed: 60 }), 0.5),
    ],
  ])('one that is cut short %s is known', async (_, bytes) => {
    const found = usable(await inspect(bytes));
    expect(Math.abs(found.durationSeconds - 30)).toBeLessThan(1.1);
    expect(found).toMatchObject({ cutShort: true, warning: expect.stringContaining('cut short') });
  });

  test('a header alone is a recording that was not finished', async () => {
    const bytes = fragmentedMp4({ seconds: 10 });
    const header = bytes.slice(0, Buffer.from(bytes).indexOf('moof') - 4);
    expect(refused(await inspect(header))).toMatchObject({ problem: 'broken' });
  });
});

test('lies about sizes and numbers cost no more than the truth', async () => {
  const bytes = mp4File({ seconds: 10 });
  for (let at = 0; at + 4 <= 1200; at += 4) {
    const lying = bytes.slice();
    lying.set([little(0xffff_ffff, 4), little(0x7fff_ffff, 4)][(at / 4) % 2] ?? coded(4), at);
    const source = countedSource(lying);
    const { inspection } = await inspectAudioWithCost(source, limits);
    expect(source.bytesRead).toBeLessThanOrEqual(2_000_000);
    if (inspection.usable) expect(inspection.durationSeconds).toBeLessThanOrEqual(1800.5);
  }
});
