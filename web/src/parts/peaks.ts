/** Bars of a drawn sound. */
export const bars = 72;

/** Bytes; larger ones take the memory of a phone to decode. */
const largestDecoded = 64 * 1024 * 1024;

let last: Promise<unknown> = Promise.resolve();

/**
 * How loud a sound is in each of its {@link bars}, from 0 to 1; nothing where the browser cannot decode it, or it is too
 * large to be. One after the other, for decoding takes much memory.
 */
export function peaksOf(load: () => Promise<Blob>): Promise<readonly number[] | undefined> {
  const found = last.then(async () => decode(await load())).catch(() => undefined);
  last = found;
  return found;
}

async function decode(file: Blob): Promise<readonly number[] | undefined> {
  if (file.size > largestDecoded) return undefined;
  // At a low rate, which is enough to draw: the browser converts while it decodes.
  const context = new OfflineAudioContext(1, 1, 8000);
  const samples = (await context.decodeAudioData(await file.arrayBuffer())).getChannelData(0);
  const width = Math.max(1, Math.floor(samples.length / bars));
  const loudest = Array.from({ length: bars }, (_, bar) => {
    let sum = 0;
    const from = bar * width;
    const to = Math.min(samples.length, from + width);
    for (let at = from; at < to; at++) sum += (samples[at] ?? 0) ** 2;
    return Math.sqrt(sum / Math.max(1, to - from));
  });
  const most = Math.max(...loudest, 1e-6);
  return loudest.map((value) => value / most);
}
