import { expect, test } from 'vitest';
import { inspectAudio } from '../../../packages/audio-inspection/inspect-audio.ts';
import type { ByteSource } from '../../../packages/audio-inspection/inspection.ts';
import { flacFile } from '../../../test-support/audio-files/flac.ts';
import { matroskaFile } from '../../../test-support/audio-files/matroska.ts';
import { mp3File } from '../../../test-support/audio-files/mp3.ts';
import { fragmentedMp4, mp4File } from '../../../test-support/audio-files/mp4.ts';
import { opusFile } from '../../../test-support/audio-files/ogg.ts';
import { aiffFile } from '../../../test-support/audio-files/rarer.ts';
import { countedSource } from '../../../test-support/audio-files/source.ts';
import { wavFile } from '../../../test-support/audio-files/wav.ts';
import { limits, refused, usable } from './judged.ts';

const seconds = 29 * 60 + 50;

test.each([
  ['MP3', mp3File({ seconds })],
  ['MP3', mp3File({ seconds, rate: 'xing' })],
  ['MP3', mp3File({ seconds, rate: 'vbri' })],
  ['FLAC', flacFile({ seconds })],
  ['Opus', opusFile({ seconds })],
  ['AAC', mp4File({ seconds })],
  ['AAC', fragmentedMp4({ seconds })],
  ['AIFF', aiffFile({ seconds })],
  ['Opus', matroskaFile({ seconds })],
])('%s of almost half an hour is measured within 64 reads and 2 MB #%#', async (_, bytes) => {
  const source = countedSource(bytes);
  const found = usable(await inspectAudio(source, limits));
  expect(found.durationSeconds).toBeGreaterThan(seconds - 1);
  expect(found.durationSeconds).toBeLessThan(seconds + 1);
  expect(source.reads).toBeLessThanOrEqual(64);
  expect(source.bytesRead).toBeLessThanOrEqual(2_000_000);
});

/** A file of which only the beginning is in memory: zeros follow. */
function sparse(head: Uint8Array, size: number): ByteSource & { bytesRead(): number } {
  let bytesRead = 0;
  return {
    size,
    bytesRead: () => bytesRead,
    async read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      bytes.set(head.subarray(offset, offset + bytes.length));
      bytesRead += bytes.length;
      return bytes;
    },
  };
}

const mebibyte = 1024 * 1024;

test('a file of 500 MiB is looked into, and one byte more is not', async () => {
  // Two channels of 24 bits at 48 kHz come to 494 MiB in half an hour.
  const head = wavFile({ seconds: 1, channels: 2, sampleRate: 48_000 }).slice(0, 44);
  const size = 500 * mebibyte;
  const view = new DataView(head.buffer);
  view.setUint32(4, size - 8, true);
  view.setUint32(28, 288_000, true);
  view.setUint16(32, 6, true);
  view.setUint16(34, 24, true);
  view.setUint32(40, 288_000 * 1790, true);
  const source = sparse(head, size);
  expect(usable(await inspectAudio(source, limits)).durationSeconds).toBe(1790);
  expect(source.bytesRead()).toBeLessThanOrEqual(2_000_000);
  const larger = sparse(head, size + 1);
  expect(refused(await inspectAudio(larger, limits)).problem).toBe('too-large');
  expect(larger.bytesRead()).toBe(0);
});
