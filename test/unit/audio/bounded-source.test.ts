import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundSource, ReadBudgetSpent, slice } from '../../../functions/audio/bounded-source.ts';
import { inspectAudio } from '../../../functions/audio/inspect-audio.ts';
import { join, little } from '../../audio-files/bytes.ts';
import { flacFile } from '../../audio-files/flac.ts';
import { mp3File } from '../../audio-files/mp3.ts';
import { opusFile } from '../../audio-files/ogg.ts';
import { countedSource } from '../../audio-files/source.ts';
import { wavFile } from '../../audio-files/wav.ts';

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

test('stops before the read that would exceed the bytes, and says so', async () => {
  const source = countedSource(numbered);
  const bounded = boundSource(source, budget);
  await bounded.read(0, 3500);
  await expect(bounded.read(5000, 1)).rejects.toBeInstanceOf(ReadBudgetSpent);
  expect(bounded.spent).toBe(true);
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
  await expect(bounded.read(0, 10)).rejects.toMatchObject({ name: 'StorageUnavailable' });
});

test('a slice begins and ends where it was told to', async () => {
  const part = slice(countedSource(numbered), 100, 200);
  expect(part.size).toBe(100);
  expect(await part.read(90, 50)).toEqual(numbered.slice(190, 200));
  expect(await part.read(150, 50)).toEqual(new Uint8Array(0));
});

describe('whatever is in a file, inspecting it costs at most 64 reads and 2 MB and does not crash', () => {
  const limits = { minSeconds: 6, maxSeconds: 480, maxBytes: 200 * 1024 * 1024 };
  const good = [
    wavFile({ seconds: 8 }),
    flacFile({ seconds: 8 }),
    mp3File({ seconds: 8, rate: 'xing' }),
    opusFile({ seconds: 8 }),
    mp4File(),
  ];

  test.each([
    [
      '4 million atoms',
      join(little(0x18, 1).fill(0), mp4File(), repeated(join(0, 0, 0, 8, 'free'), 500_000)),
    ],
    [
      'a million empty chunks in a WAV',
      join('RIFF', little(8_000_000, 4), 'WAVE', repeated(join('junk', little(0, 4)), 1_000_000)),
    ],
    ['pages of Ogg without end', repeated(opusFile({ seconds: 1 }), 20_000)],
    [
      'a movie that is one large table',
      join(mp4File(), big32(30_000_000), 'moov', new Uint8Array(29_999_992)),
    ],
    ['bytes that all look like frames', new Uint8Array(5_000_000).fill(0xff)],
    ['tags in tags', repeated(join('ID3', 4, 0, 0, 0, 0, 0, 10, new Uint8Array(10)), 200_000)],
  ])('%s', async (_, bytes) => {
    const source = countedSource(bytes);
    await inspectAudio(source, limits);
    expect(source.reads).toBeLessThanOrEqual(64);
    expect(source.bytesRead).toBeLessThanOrEqual(2_000_000);
  });

  test('good files with bytes changed, cut anywhere, followed by anything', async () => {
    const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...good),
        // Most of the changes in the first 200 bytes, where the headers are.
        fc.array(fc.tuple(change, fc.boolean()), { maxLength: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.uint8Array({ maxLength: 2000 }),
        async (file, changes, keep, rest) => {
          const bytes = join(file.slice(0, Math.ceil(file.length * Math.sqrt(keep))), rest);
          for (const [{ at, byte }, early] of changes) {
            const end = early ? Math.min(200, bytes.length) : bytes.length;
            if (end > 0) bytes[Math.floor(at * (end - 1))] = byte;
          }
          const source = countedSource(bytes);
          const found = await inspectAudio(source, limits);
          expect(source.reads).toBeLessThanOrEqual(64);
          expect(source.bytesRead).toBeLessThanOrEqual(2_000_000);
          if (found.usable) expect(found.durationSeconds).toBeLessThanOrEqual(480);
          else expect(found.reason).toMatch(/\.$/);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** An MP4 that says it is one, with a movie header and nothing else. */
function mp4File(): Uint8Array {
  const header = join(big32(108), 'mvhd', new Uint8Array(100));
  return join(big32(20), 'ftypM4A ', big32(0), 'M4A ', big32(8 + header.length), 'moov', header);
}

function big32(value: number): Uint8Array {
  return little(value, 4).reverse();
}

function repeated(bytes: Uint8Array, times: number): Uint8Array {
  const all = new Uint8Array(bytes.length * times);
  for (let i = 0; i < times; i++) all.set(bytes, i * bytes.length);
  return all;
}
