import { slice } from './bounded-source.ts';
import { hexOf } from './bytes.ts';
import { asf, chunks, content } from './chunks.ts';
import type { ByteSource } from './inspection.ts';
import {
  BrokenAudio,
  type Measured,
  mustFit,
  NoAudio,
  numbersIn,
  ProtectedAudio,
  promise,
  videoWarning,
} from './measured.ts';
import { startOfZeros } from './zero-tail.ts';

/** GUIDs as they are written (ASF Specification, section 10). */
const guids = {
  header: '3026b2758e66cf11a6d900aa0062ce6c',
  fileProperties: 'a1dcab8c47a9cf118ee400c00c205365',
  streamProperties: '9107dcb7b7a9cf118ee600c00c205365',
  data: '3626b2758e66cf11a6d900aa0062ce6c',
  audio: '409e69f84d5bcf11a8fd00805f5c442b',
  video: 'c0ef19bc4d5bcf11a8fd00805f5c442b',
} as const;
/** Objects that say how the content is encrypted: content encryption, its extension, and the advanced one. */
const encryptions = new Set([
  'fbb3112223bdd211b4b700a0c955fc6e',
  '14e68a292226174cb935dae07ee9289c',
  '3305584357816e49b29b74ad126cd58c',
]);

interface Properties {
  readonly fileSize: number;
  /** Seconds of sound, without what is loaded ahead. */
  readonly seconds: number;
  /** Seconds that are loaded ahead: every time in the file is later by them. */
  readonly preroll: number;
  readonly isLive: boolean;
  readonly packetBytes: number;
}

/**
 * Measures a WMA, or another ASF file: its header holds length and size, unless it is a live stream; then the last
 * packet does, as all packets have one size.
 * @throws BrokenAudio, NoAudio, ProtectedAudio
 */
export async function measureAsf(source: ByteSource): Promise<Measured> {
  let properties: Properties | undefined;
  let hasSound = false;
  let hasPicture = false;
  let dataAt: number | undefined;
  for await (const part of chunks(source, asf, 0)) {
    // Behind the 24 bytes of the object: its id, the number of packets, two reserved bytes.
    if (part.id === guids.data) dataAt = part.body + 26;
    if (dataAt !== undefined) break;
    if (part.id !== guids.header) continue;
    for await (const inner of chunks(source, asf, part.body + 6, part.end)) {
      if (encryptions.has(inner.id)) throw new ProtectedAudio();
      if (inner.id === guids.fileProperties) properties = readProperties(await content(source, inner, 80));
      if (inner.id !== guids.streamProperties) continue;
      const type = hexOf(await content(source, inner, 16));
      hasSound ||= type === guids.audio;
      hasPicture ||= type === guids.video;
    }
  }
  if (!properties || dataAt === undefined) throw new BrokenAudio('The header of this WMA is damaged.');
  if (!hasSound) throw new NoAudio('There is no sound in this file.');

  const filled = await startOfZeros(source, dataAt, source.size);
  const known = !properties.isLive && properties.seconds > 0;
  const share = properties.fileSize > 0 ? Math.min(1, filled / properties.fileSize) : 1;
  const seconds = known
    ? properties.seconds * share
    : await lastTime(slice(source, dataAt, filled), properties);
  mustFit(
    known ? properties.seconds : seconds,
    known ? Math.max(properties.fileSize, source.size) : source.size,
  );
  return {
    format: 'WMA',
    extension: 'wma',
    seconds,
    ...(known && promise(properties.seconds, seconds)),
    ...(hasPicture && { warning: videoWarning }),
  };
}

function readProperties(bytes: Uint8Array): Properties {
  if (bytes.length < 80) throw new BrokenAudio('The header of this WMA is cut off.');
  const numbers = numbersIn(bytes);
  const preroll = Number(numbers.getBigUint64(56, true)) / 1000;
  return {
    fileSize: Number(numbers.getBigUint64(16, true)),
    // In units of 100 ns.
    seconds: Number(numbers.getBigUint64(40, true)) / 1e7 - preroll,
    preroll,
    isLive: (numbers.getUint32(64, true) & 1) === 1,
    packetBytes: numbers.getUint32(68, true),
  };
}

/** Seconds up to the end of the last whole packet, from the times that a packet begins with (section 5.2). */
async function lastTime(data: ByteSource, { packetBytes, preroll }: Properties): Promise<number> {
  const count = packetBytes > 0 ? Math.floor(data.size / packetBytes) : 0;
  if (count === 0) throw new BrokenAudio('This WMA holds no sound: its header is followed by nothing.');
  const bytes = await data.read((count - 1) * packetBytes, Math.min(packetBytes, 64));
  const first = bytes[0] ?? 0;
  let at = first & 0x80 ? 1 + (first & 0x0f) : 0;
  const lengths = bytes[at] ?? 0;
  // Two bytes of flags, then packet length, sequence and padding: two bits of the flags each say how long they are.
  at += 2;
  for (const shift of [5, 1, 3]) at += [0, 1, 2, 4][(lengths >> shift) & 3] ?? 0;
  if (at + 6 > bytes.length) throw new BrokenAudio('The end of this WMA is damaged.');
  const numbers = numbersIn(bytes);
  return Math.max(0, (numbers.getUint32(at, true) + numbers.getUint16(at + 4, true)) / 1000 - preroll);
}
