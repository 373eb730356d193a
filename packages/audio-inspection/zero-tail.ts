import type { ByteSource } from './inspection.ts';

/** Coded sound has something other than zeros in every stretch of this many bytes (a choice). */
const stretch = 8 * 1024;

/**
 * Where the zeros begin that a file ends with, as a download does whose room was set aside and never filled: found by
 * halving, so that a few reads are enough. Gives `end` where there is something in the last stretch.
 * @param end where the coded sound ends
 */
export async function startOfZeros(source: ByteSource, start: number, end: number): Promise<number> {
  const isZero = async (at: number) => (await source.read(at, stretch)).every((byte) => byte === 0);
  if (end - start < stretch || !(await isZero(end - stretch))) return end;
  let filled = start;
  let zero = end - stretch;
  while (zero - filled > stretch) {
    const middle = Math.floor((filled + zero) / 2);
    if (await isZero(middle)) zero = middle;
    else filled = middle;
  }
  return zero;
}
