import { describe, expect, test } from 'vitest';
import { inspectAudio, inspectAudioWithCost } from '../../../packages/audio-inspection/inspect-audio.ts';
import { join, little } from '../../../test-support/audio-files/bytes.ts';
import { flacFile } from '../../../test-support/audio-files/flac.ts';
import * as hostile from '../../../test-support/audio-files/hostile.ts';
import { id3Tag, mp3File } from '../../../test-support/audio-files/mp3.ts';
import { opusFile, opusPages } from '../../../test-support/audio-files/ogg.ts';
import { countedSource } from '../../../test-support/audio-files/source.ts';
import { wavFile } from '../../../test-support/audio-files/wav.ts';
import { cut, inspect, limits, refused, usable, zeroed } from './judged.ts';

describe('what is in a file is found by its content', () => {
  test.each([
    ['WAV', 'wav', wavFile({ seconds: 10 }), 10],
    ['WAV', 'wav', wavFile({ seconds: 10, channels: 2, sampleRate: 44_100, junkBytes: 5000 }), 10],
    ['FLAC', 'flac', flacFile({ seconds: 10 }), 10],
    ['FLAC', 'flac', flacFile({ seconds: 10, statedSeconds: 0 }), 10],
    ['MP3', 'mp3', mp3File({ seconds: 10 }), 10],
    ['MP3', 'mp3', mp3File({ seconds: 61, rate: 'xing' }), 61],
    ['MP3', 'mp3', mp3File({ seconds: 61, rate: 'vbri' }), 61],
    ['MP3', 'mp3', mp3File({ seconds: 61, rate: 'varying' }), 61],
    ['MP3', 'mp3', join(new Uint8Array(100_000), mp3File({ seconds: 10 })), 10],
    ['MP3', 'mp3', join(hostile.textFile(), mp3File({ seconds: 10 })), 10],
    ['Opus', 'opus', opusFile({ seconds: 61 }), 61],
  ])('%s (.%s) #%#', async (format, extension, bytes, seconds) => {
    const found = usable(await inspect(bytes));
    expect(found).toMatchObject({ format, extension });
    expect(found.durationSeconds).toBeCloseTo(seconds, 1);
    expect(found.warning).toBeUndefined();
  });

  test('frames behind a large tag are found without reading the tag', async () => {
    const source = countedSource(hostile.hugeTag());
    const found = usable(await inspectAudio(source, limits));
    expect(found.format).toBe('MP3');
    expect(found.durationSeconds).toBeCloseTo(10, 1);
    expect(source.bytesRead).toBeLessThan(200_000);
  });

  test('a FLAC with a picture of 3 MB is measured without reading the picture', async () => {
    const source = countedSource(flacFile({ seconds: 10, pictureBytes: 3_000_000 }));
    expect(usable(await inspectAudio(source, limits)).durationSeconds).toBeCloseTo(10, 2);
    expect(source.bytesRead).toBeLessThan(200_000);
  });

  test('the length of a large MP3 with a varying rate and no header is an estimate, and said to be one', async () => {
    const found = usable(await inspect(mp3File({ seconds: 200, rate: 'varying' })));
    expect(found.warning).toContain('estimate');
    expect(Math.abs(found.durationSeconds - 200)).toBeLessThan(10);
  });

  test('a quiet beginning at a low rate is not taken for the whole: many places are looked at', async () => {
    const source = countedSource(mp3File({ seconds: 300, rate: 'quiet-first' }));
    const found = usable(await inspectAudio(source, limits));
    expect(found.warning).toContain('estimate');
    expect(Math.abs(found.durationSeconds - 300)).toBeLessThan(1.5);
    expect(source.reads).toBeLessThanOrEqual(64);
  });

  test.each([
    ['ID3v1', join('TAG', new Uint8Array(125))],
    ['APEv2 and ID3v1', join(apeTag(500), 'TAG', new Uint8Array(125))],
    [
      'Lyrics3 and ID3v1',
      join('LYRICSBEGIN', new Uint8Array(200), '000211LYRICS200TAG', new Uint8Array(125)),
    ],
    ['a footer of ID3v2', join(id3Tag(300), '3DI', 4, 0, 0x10, 0, 0, 2, 44)],
  ])('the tags at the end of an MP3 are not counted as sound: %s', async (_, tags) => {
    const bare = mp3File({ seconds: 10 });
    const tagged = join(bare, tags);
    expect(usable(await inspect(tagged)).durationSeconds).toBe(usable(await inspect(bare)).durationSeconds);
  });
});

describe('a length is what the bytes hold, not what the header promises', () => {
  test.each([
    ['a cut WAV', hostile.cutWav(7), 7],
    ['a WAV that claims 2 GB', hostile.lyingWav(7), 7],
    ['a cut FLAC', flacFile({ seconds: 20 }).subarray(0, 160_000), 10],
    ['a FLAC that claims an hour', flacFile({ seconds: 10, statedSeconds: 3600 }), 10],
    ['a cut MP3 with a Xing header', cut(mp3File({ seconds: 40, rate: 'xing' }), 0.5), 20],
  ])('%s is taken with a warning', async (_, bytes, seconds) => {
    const found = usable(await inspect(bytes));
    expect(Math.abs(found.durationSeconds - seconds)).toBeLessThan(1);
    expect(found.warning).toContain('cut short');
  });

  test('a cut Opus file is as long as its last whole page says', async () => {
    const found = usable(await inspect(cut(opusFile({ seconds: 60 }), 0.505)));
    expect(Math.abs(found.durationSeconds - 30)).toBeLessThan(1);
    expect(found.warning).toContain('cut short');
  });

  test('an Ogg that is cut between two pages is known by the end that is missing', async () => {
    const found = usable(await inspect(join(...opusPages(60).slice(0, 32))));
    expect(found).toMatchObject({ cutShort: true, warning: expect.stringContaining('perhaps cut short') });
    expect(Math.abs(found.durationSeconds - 30)).toBeLessThan(1);
  });

  test('an MP3 whose last part was never filled holds what is there', async () => {
    const found = usable(await inspect(zeroed(mp3File({ seconds: 60, rate: 'xing' }), 0.6)));
    expect(Math.abs(found.durationSeconds - 36)).toBeLessThan(3);
    expect(found.cutShort).toBe(true);
  });

  test('a cut file that holds too little is broken rather than short, and says both lengths', async () => {
    const found = refused(await inspect(hostile.cutWav(2)));
    expect(found.problem).toBe('broken');
    expect(found.reason).toContain('promises 40 s, 2 s are there');
  });

  test.each([0, 0x7fff_f000, 0x7fff_efdc, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_ffdb])(
    'a WAV written to a pipe, which states no size but %i, promises nothing',
    async (statedBytes) => {
      const found = usable(await inspect(wavFile({ seconds: 10, statedBytes })));
      expect(found).toEqual({ usable: true, format: 'WAV', extension: 'wav', durationSeconds: 10 });
    },
  );
});

describe('what cannot be used is refused with a sentence that says what to do', () => {
  test.each([
    ['an empty file', new Uint8Array(0), 'empty', /empty: export or copy it again/],
    ['text', hostile.textFile(), 'not-audio', /not audio/],
    ['zeros', hostile.zeros(), 'not-audio', /not audio/],
    ['a PDF', hostile.pdfFile(), 'not-audio', /a PDF document, not audio/],
    ['an image', hostile.pngFile(), 'not-audio', /a PNG image, not audio/],
    ['a WAV that ends in its header', hostile.cutHeader(), 'broken', /Export or copy it again/],
    ['a header of a FLAC alone', flacFile({ seconds: 1 }).subarray(0, 42), 'broken', /holds no sound/],
    ['a tag alone', id3Tag(5000), 'broken', /within its tags/],
    ['a tag that claims more than the file', id3Tag(5000).subarray(0, 3000), 'broken', /within its tags/],
    ['one second', hostile.oneSecond(), 'too-short', /1 s, less than the 6 s/],
    [
      'an MP3 with 3 MB of zeros behind it',
      join(mp3File({ seconds: 10 }), hostile.zeros()),
      'broken',
      /Only a part/,
    ],
    [
      'a FLAC with 3 MB of zeros behind it',
      join(flacFile({ seconds: 10 }), hostile.zeros()),
      'broken',
      /end of this FLAC/,
    ],
  ])('%s', async (_, bytes, problem, sentence) => {
    const found = refused(await inspect(bytes));
    expect(found.problem).toBe(problem);
    expect(found.reason).toMatch(sentence);
    expect(found.reason).toMatch(/[^.]\.$/);
  });

  test('the limits are the ones given', async () => {
    const bytes = mp3File({ seconds: 30 });
    expect(refused(await inspect(bytes, { minSeconds: 31 })).reason).toContain('30 s, less than the 31 s');
    expect(refused(await inspect(bytes, { maxSeconds: 29 })).problem).toBe('too-long');
    expect(refused(await inspect(bytes, { maxBytes: 1000 })).problem).toBe('too-large');
    expect(usable(await inspect(bytes, { minSeconds: 29, maxSeconds: 31 })).format).toBe('MP3');
  });

  test('lengths are compared as they are shown, which leaves room for what encoders pad', async () => {
    expect(usable(await inspect(wavFile({ seconds: 5.96 }))).durationSeconds).toBe(5.96);
    expect(refused(await inspect(wavFile({ seconds: 5.94 }))).reason).toContain('5.9 s, less than the 6 s');
    const longest = { maxSeconds: 20 };
    expect(usable(await inspect(wavFile({ seconds: 20.4 }), longest)).durationSeconds).toBe(20.4);
    expect(refused(await inspect(wavFile({ seconds: 20.6 }), longest)).reason).toContain(
      '21 s, more than the 20 s',
    );
    const hour = refused(await inspect(wavFile({ seconds: 61 }), { maxSeconds: 60 })).reason;
    expect(hour).toContain('1 min 1 s, more than the 1 min');
  });

  test('a size is shown so that it is more than what is allowed', async () => {
    const found = refused(await inspect(new Uint8Array(1_048_577), { maxBytes: 1_048_576 }));
    expect(found.reason).toContain('1.1 MB, more than the 1 MB');
  });

  test('a file that is too large is refused without reading it', async () => {
    const source = countedSource(wavFile({ seconds: 10 }));
    await inspectAudio(source, { ...limits, maxBytes: 1000 });
    expect(source.reads).toBe(0);
  });
});

test('says what it cost', async () => {
  const source = countedSource(opusFile({ seconds: 60 }));
  const { reads, bytesRead } = await inspectAudioWithCost(source, limits);
  expect({ reads, bytesRead }).toEqual({ reads: source.reads, bytesRead: source.bytesRead });
});

test('a source that fails is not taken for a broken file', async () => {
  const source = { size: 10_000, read: () => Promise.reject(new Error('the disk is gone')) };
  await expect(inspectAudio(source, limits)).rejects.toThrow('the disk is gone');
});

test('a source that hangs ends in a time-out', async () => {
  const source = { size: 10_000, read: () => new Promise<never>(() => {}) };
  await expect(inspectAudio(source, limits, { timeoutMs: 20 })).rejects.toMatchObject({
    name: 'UnreadableSource',
    message: 'Reading the file took longer than 0.02 s.',
  });
});

test('a caller who aborts is obeyed', async () => {
  const caller = new AbortController();
  const source = { size: 10_000, read: () => new Promise<never>(() => {}) };
  const inspection = inspectAudio(source, limits, { signal: caller.signal });
  caller.abort(new Error('never mind'));
  await expect(inspection).rejects.toThrow('never mind');
});

/** An APEv2 tag of so many bytes, with header and footer. */
function apeTag(bytes: number): Uint8Array {
  const end = (flags: number) =>
    join('APETAGEX', little(2000, 4), little(bytes + 32, 4), little(0, 4), little(flags, 4), little(0, 8));
  return join(end(0xa000_0000), new Uint8Array(bytes), end(0x8000_0000));
}
