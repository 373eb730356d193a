import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { audioTarget } from '../../../bench/fuzz/audio-target.ts';
import { check } from '../../../bench/fuzz/check.ts';
import { boundSource, ReadBudgetSpent, slice } from '../../../packages/audio-inspection/bounded-source.ts';
import { inspectAudio } from '../../../packages/audio-inspection/inspect-audio.ts';
import { big, join, little } from '../../../test-support/audio-files/bytes.ts';
import { opusFile } from '../../../test-support/audio-files/ogg.ts';
import { countedSource } from '../../../test-support/audio-files/source.ts';

const budget = { reads: 4, bytes: 4000, blockBytes: 1000 };
const numbered = Uint8Array.from({ length: 10_500 }, (_, i) => i % 251);

test('gives the same bytes as the source, wherever they are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(11_000), fc.nat(3000), async (offset, length) => {
      const bounded = boundSource(countedSource(numbered), { reads: 64, bytes: 100_000, blockBytes: 1000 });
      expect(await bounded.read(offset, length)).toEqual(numbered.slice(offset, offset + length));
      expect(await bounded.read(offset, length)).toEqual(numbered.slice(offset, offset + length));
    }),
  );
});

test('many small reads in one block are one read of the source', async () => {
  const source = countedSource(numbered);
  const bounded = boundSource(source, budget);
  for (let at = 2000; at < 3000; at += 10) await bounded.read(at, 10);
  expect(source.reads).toBe(1);
});

test('neighbouring blocks come in one read, but not those that are there already', async () => {
  const source = countedSource(numbered);
  const bounded = boundSource(source, budget);
  await bounded.read(1500, 10);
  await bounded.read(0, 4000);
  expect([source.reads, source.bytesRead]).toEqual([3, 4000]);
});

test('stops before the read that would exceed the bytes', async () => {
  const source = countedSource(numbered);
  const bounded = boundSource(source, budget);
  await bounded.read(0, 3500);
  await expect(bounded.read(5000, 1)).rejects.toBeInstanceOf(ReadBudgetSpent);
  expect(source.bytesRead).toBe(4000);
});

test('stops before one read too many', async () => {
  const source = countedSource(numbered);
  const bounded = boundSource(source, { ...budget, bytes: 100_000 });
  for (const at of [0, 2000, 4000, 6000]) await bounded.read(at, 1);
  await expect(bounded.read(8000, 1)).rejects.toBeInstanceOf(ReadBudgetSpent);
  expect(source.reads).toBe(4);
});

test('a source that gives less than its size promises is a failure of the storage', async () => {
  const bounded = boundSource({ size: 500, read: async () => new Uint8Array(3) }, budget);
  await expect(bounded.read(0, 10)).rejects.toMatchObject({ name: 'UnreadableSource' });
});

test('a slice begins and ends at the given offsets', async () => {
  const part = slice(countedSource(numbered), 100, 200);
  expect(part.size).toBe(100);
  expect(await part.read(90, 50)).toEqual(numbered.slice(190, 200));
  expect(await part.read(150, 50)).toEqual(new Uint8Array(0));
});

describe('inspecting any file costs at most 64 reads and 2 MB and does not crash', () => {
  const limits = { minSeconds: 6, maxSeconds: 1800, maxBytes: 500 * 1024 * 1024 };
  /** Bytes between the headers of chunks: more than a block, so that each header costs a read. */
  const apart = 40_000;
  const wavOfChunks = repeated(join('junk', little(apart, 4), new Uint8Array(apart)), 150);
  const mp4OfAtoms = repeated(join(big(apart, 4), 'free', new Uint8Array(apart - 8)), 150);
  const aiffOfNotes = repeated(join('ANNO', big(apart, 4), new Uint8Array(apart).fill(0x20)), 150);

  test.each([
    ['a WAV of 150 chunks that lie apart', join('RIFF', little(wavOfChunks.length, 4), 'WAVE', wavOfChunks)],
    ['an MP4 of 150 atoms that lie apart', join(mp4OfAtoms, mp4File())],
    [
      'an AIFF of 6 MB of notes, without sound',
      join('FORM', big(aiffOfNotes.length, 4), 'AIFF', aiffOfNotes),
    ],
  ])('%s ends the budget, and is refused as broken', async (_, bytes) => {
    const source = countedSource(bytes);
    expect(await inspectAudio(source, limits)).toMatchObject({ usable: false, problem: 'broken' });
    expect(source.reads).toBeGreaterThan(40);
    expect(source.reads).toBeLessThanOrEqual(64);
    expect(source.bytesRead).toBeLessThanOrEqual(2_000_000);
  });

  test('what is known when the budget ends counts, with a warning', async () => {
    // 80 bits: 8000 samples a second as AIFF writes it.
    const rate = Uint8Array.of(0x40, 0x0b, 0xfa, 0, 0, 0, 0, 0, 0, 0);
    const common = join('COMM', big(18, 4), big(1, 2), big(80_000, 4), big(16, 2), rate);
    const sound = join('SSND', big(160_008, 4), new Uint8Array(160_008));
    const source = countedSource(join('FORM', big(7_000_000, 4), 'AIFF', common, aiffOfNotes, sound));
    expect(await inspectAudio(source, limits)).toMatchObject({
      usable: true,
      format: 'AIFF',
      durationSeconds: 10,
      warning: expect.stringContaining('only in part'),
    });
    expect(source.bytesRead).toBeLessThanOrEqual(2_000_000);
  });

  test.each([
    ['pages of Ogg without end', repeated(opusFile({ seconds: 1 }), 5000)],
    [
      'a movie that is one large table',
      join(mp4File(), big(3_000_000, 4), 'moov', new Uint8Array(2_999_992)),
    ],
    ['bytes that all look like frames', new Uint8Array(5_000_000).fill(0xff)],
    ['tag after tag', repeated(join('ID3', 4, 0, 0, 0, 0, 0, 10, new Uint8Array(10)), 50_000)],
  ])('%s: refused', async (_, bytes) => {
    const source = countedSource(bytes);
    expect(await inspectAudio(source, limits)).toMatchObject({ usable: false });
    expect(source.bytesRead).toBeLessThan(500_000);
  });

  test('three hundred damaged files of every kind', async () => {
    expect(await check(audioTarget, { runs: 300, seed: 1 })).toBeUndefined();
  });
});

/** An MP4 that says it is one, with a movie header and nothing else. */
function mp4File(): Uint8Array {
  const header = join(big(108, 4), 'mvhd', new Uint8Array(100));
  return join(big(20, 4), 'ftypM4A ', big(0, 4), 'M4A ', big(8 + header.length, 4), 'moov', header);
}

function repeated(bytes: Uint8Array, times: number): Uint8Array {
  const all = new Uint8Array(bytes.length * times);
  for (let i = 0; i < times; i++) all.set(bytes, i * bytes.length);
  return all;
}
