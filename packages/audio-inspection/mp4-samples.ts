import type { ByteSource } from './inspection.ts';
import { numbersIn } from './measured.ts';
import type { SoundTrack, Table } from './mp4-movie.ts';

/** Most entries of a table that are read in one inspection: 400 kB of the largest (a choice). */
const mostEntries = 32 * 1024;

/** Up to `most` entries of a table from the one numbered `first`. */
async function entries(source: ByteSource, { at, count, entryBytes }: Table, first: number, most: number) {
  const there = Math.max(0, Math.min(most, count - first, mostEntries));
  const bytes = numbersIn(await source.read(at + first * entryBytes, there * entryBytes));
  return { bytes, count: Math.floor(bytes.byteLength / entryBytes) };
}

/** Seconds that the first `samples` last. */
export async function secondsOfSamples(
  source: ByteSource,
  { times, timescale, duration, samples: all }: SoundTrack,
  samples: number,
): Promise<number> {
  // Sound has one or two entries, unless it came from a recording; then all is as long on average as its header says.
  if (times.count === 0 || times.count > mostEntries) {
    return all === 0 ? 0 : (duration / timescale) * Math.min(1, samples / all);
  }
  const { bytes, count } = await entries(source, times, 0, times.count);
  let left = samples;
  let units = 0;
  for (let i = 0; i < count && left > 0; i++) {
    const run = Math.min(left, bytes.getUint32(8 * i));
    units += run * bytes.getUint32(8 * i + 4);
    left -= run;
  }
  return units / timescale;
}

/**
 * The samples that lie wholly before the place `limit`: their number, where the first begins and where the last ends.
 * Chunks are taken to lie in their order.
 */
export async function samplesBefore(source: ByteSource, track: SoundTrack, limit: number) {
  const { chunkOffsets, samplesPerChunk, sizes, sampleBytes, samples: all } = track;
  const offsetOf = async (chunk: number) => {
    const { bytes } = await entries(source, chunkOffsets, chunk, 1);
    if (bytes.byteLength === 8) return Number(bytes.getBigUint64(0));
    return bytes.byteLength === 4 ? bytes.getUint32(0) : Number.POSITIVE_INFINITY;
  };
  const start = await offsetOf(0);
  if (start >= limit) return { samples: 0, start: limit, end: limit };
  // The last chunk that begins before the limit, by halving.
  let chunk = 0;
  for (let after = chunkOffsets.count; after - chunk > 1; ) {
    const middle = Math.floor((chunk + after) / 2);
    if ((await offsetOf(middle)) < limit) chunk = middle;
    else after = middle;
  }

  let first = 0;
  let inChunk = 0;
  const runs = await entries(source, samplesPerChunk, 0, samplesPerChunk.count);
  for (let run = 0; run < runs.count; run++) {
    const from = runs.bytes.getUint32(12 * run) - 1;
    if (from > chunk) break;
    const next = run + 1 < runs.count ? runs.bytes.getUint32(12 * (run + 1)) - 1 : Infinity;
    inChunk = runs.bytes.getUint32(12 * run + 4);
    first += (Math.min(next, chunk) - from) * inChunk;
  }
  inChunk = Math.min(inChunk, all - first);

  let end = await offsetOf(chunk);
  if (sampleBytes > 0) {
    const fitting = Math.min(inChunk, Math.floor((limit - end) / sampleBytes));
    return { samples: first + fitting, start, end: end + fitting * sampleBytes };
  }
  const { bytes, count } = await entries(source, sizes, first, inChunk);
  // Without sizes all that is known is that the chunk begins here.
  if (count === 0) return { samples: first + inChunk, start, end };
  let fitting = 0;
  for (; fitting < count; fitting++) {
    const size =
      sizes.entryBytes === 4
        ? bytes.getUint32(4 * fitting)
        : sizes.entryBytes === 2
          ? bytes.getUint16(2 * fitting)
          : bytes.getUint8(fitting);
    if (end + size > limit) break;
    end += size;
  }
  // Of a chunk with more samples than are read, the rest is taken to be there with them.
  return { samples: first + (fitting === count ? inChunk : fitting), start, end };
}
