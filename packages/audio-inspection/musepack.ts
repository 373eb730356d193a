import { headerBytes } from './chunks.ts';
import type { ByteSource } from './inspection.ts';
import { BrokenAudio, type Measured, mustFit, numbersIn, promise, textIn } from './measured.ts';
import { audioEnd } from './tags.ts';
import { startOfZeros } from './zero-tail.ts';

const rates = [44_100, 48_000, 37_800, 32_000] as const;
const samplesPerFrame = 1152;
/** Samples of a decoder's delay, which are not played where the file does not say how its last frame ends. */
const delay = 481;
/** Packets in front of the sound (a choice). */
const mostPackets = 50;

/**
 * Measures a Musepack file of stream version 7 or 8 (trac.musepack.net, SV7 and SV8 specifications). One of version 8
 * ends with an end packet and states where its index is, so a truncated file is detected.
 * @throws BrokenAudio
 */
export async function measureMusepack(source: ByteSource): Promise<Measured> {
  const beginning = await headerBytes(source, 0, 28);
  const kind = { format: 'Musepack', extension: 'mpc' };
  if (textIn(beginning, 0, 4) === 'MPCK') return { ...kind, ...(await measurePackets(source)) };
  if (((beginning[3] ?? 0) & 0x0f) !== 7)
    throw new BrokenAudio('This Musepack is of a version that nobody reads.');

  const numbers = numbersIn(beginning);
  const frames = numbers.getUint32(4, true);
  const rate = rates[(numbers.getUint32(8, true) >>> 16) & 3] ?? 44_100;
  const ending = numbers.getUint32(20, true);
  const isExact = ending >>> 31 === 1;
  const samples = frames * samplesPerFrame - (isExact ? samplesPerFrame - ((ending >>> 20) & 0x7ff) : delay);
  const seconds = Math.max(0, samples) / rate;
  mustFit(seconds, source.size);
  return { ...kind, seconds };
}

async function measurePackets(source: ByteSource) {
  let promised: number | undefined;
  let indexAt: number | undefined;
  for (let at = 4, count = 0; count < mostPackets; count++) {
    const bytes = await source.read(at, 48);
    const key = textIn(bytes, 0, 2);
    const size = varied(bytes, 2);
    if (!size || size.value < 3 || key === 'AP') break;
    const body = 2 + size.length;
    if (key === 'SH') promised = secondsIn(bytes, body);
    if (key === 'SO') indexAt = at + (varied(bytes, body)?.value ?? 0);
    at += size.value;
  }
  if (promised === undefined) throw new BrokenAudio('The header of this Musepack is damaged.');
  const end = await startOfZeros(source, 0, await audioEnd(source));
  const last = await source.read(end - 3, 3);
  if (textIn(last, 0, 2) === 'SE' && end > (indexAt ?? 0)) {
    mustFit(promised, source.size);
    return { seconds: promised };
  }
  const share = indexAt === undefined || indexAt < 5 ? 1 : Math.min(1, end / indexAt);
  mustFit(promised, Math.max(indexAt ?? 0, end));
  const seconds = promised * share;
  return { seconds, ...promise(promised, seconds), cut: 'It is cut short: its last part is missing.' };
}

/** The stream's header: a checksum and a version, the samples, those to be skipped, and the rate in three bits. */
function secondsIn(bytes: Uint8Array, body: number): number {
  const samples = varied(bytes, body + 5);
  const silence = samples && varied(bytes, body + 5 + samples.length);
  const rate = silence && rates[(bytes[body + 5 + samples.length + silence.length] ?? 0xff) >>> 5];
  if (!silence || rate === undefined) throw new BrokenAudio('The header of this Musepack makes no sense.');
  return Math.max(0, samples.value - silence.value) / rate;
}

/** A number in groups of seven bits; the highest bit of a byte says that there are more. */
function varied(bytes: Uint8Array, at: number): { value: number; length: number } | undefined {
  let value = 0;
  for (let length = 1; length <= 8 && at + length <= bytes.length; length++) {
    const byte = bytes[at + length - 1] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, length };
  }
  return undefined;
}
