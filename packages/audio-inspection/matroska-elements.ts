import { codedNumber, element } from './chunks.ts';
import { numbersIn, textIn } from './measured.ts';

/** Ids of the elements that are read, as they are written (RFC 9559, section 5). */
export const ids = {
  ebml: '1a45dfa3',
  docType: '4282',
  segment: '18538067',
  seekHead: '114d9b74',
  seek: '4dbb',
  seekId: '53ab',
  seekPosition: '53ac',
  info: '1549a966',
  timestampScale: '2ad7b1',
  duration: '4489',
  tracks: '1654ae6b',
  track: 'ae',
  trackNumber: 'd7',
  trackUid: '73c5',
  trackType: '83',
  codec: '86',
  defaultDuration: '23e383',
  encodings: '6d80',
  encoding: '6240',
  encryption: '5035',
  cluster: '1f43b675',
  timestamp: 'e7',
  simpleBlock: 'a3',
  blockGroup: 'a0',
  block: 'a1',
  blockDuration: '9b',
  cues: '1c53bb6b',
  cuePoint: 'bb',
  cuePositions: 'b7',
  cueCluster: 'f1',
  attachments: '1941a469',
  chapters: '1043a770',
  tags: '1254c367',
  tag: '7373',
  targets: '63c0',
  tagTrackUid: '63c5',
  simpleTag: '67c8',
  tagName: '45a3',
  tagText: '4487',
} as const;

/** One element in memory. */
export interface Element {
  readonly id: string;
  readonly at: number;
  /** As much of its content as is in memory. */
  readonly bytes: Uint8Array;
  readonly end: number;
}

/** The elements in `bytes`, one behind another; the last may reach beyond them. */
export function* elementsIn(bytes: Uint8Array, from = 0): Generator<Element> {
  for (let at = from; at < bytes.length; ) {
    const found = element.read(bytes.subarray(at, at + element.look));
    if (!found) return;
    const body = at + found.header;
    const end = body + found.body;
    yield { id: found.id, at, bytes: bytes.subarray(body, end), end };
    at = end;
  }
}

/** The content of the first element at the end of a path; nothing if there is none. */
export function elementAt(bytes: Uint8Array, ...path: readonly string[]): Uint8Array | undefined {
  let inner: Uint8Array | undefined = bytes;
  for (const id of path) {
    let next: Uint8Array | undefined;
    for (const found of elementsIn(inner)) {
      if (found.id !== id) continue;
      next = found.bytes;
      break;
    }
    if (!next) return undefined;
    inner = next;
  }
  return inner;
}

/** A whole number without a sign, or the number given where it is missing. */
export function wholeNumber(bytes: Uint8Array | undefined, otherwise = 0): number {
  if (!bytes || bytes.length === 0 || bytes.length > 8) return otherwise;
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

export function float(bytes: Uint8Array | undefined): number {
  if (bytes?.length === 4) return numbersIn(bytes).getFloat32(0);
  return bytes?.length === 8 ? numbersIn(bytes).getFloat64(0) : 0;
}

export function words(bytes: Uint8Array | undefined): string {
  return bytes ? textIn(bytes, 0, Math.min(bytes.length, 200)).replace(/\0+$/, '') : '';
}

/** One block of sound, times in units of the segment's scale. */
export interface SoundBlock {
  readonly time: number;
  /** Frames in it. */
  readonly frames: number;
  /** Where it says how long it lasts. */
  readonly duration: number | undefined;
}

/** Elements beside clusters: where one begins, a cluster of unknown size is over. */
const besideClusters = new Set<string>([
  ids.cluster,
  ids.cues,
  ids.tags,
  ids.seekHead,
  ids.info,
  ids.tracks,
  ids.attachments,
  ids.chapters,
  ids.segment,
  ids.ebml,
]);

/** The whole blocks of one track in the cluster whose header is at `at`; nothing if no cluster begins there. */
export function blocksIn(bytes: Uint8Array, at: number, track: number): SoundBlock[] | undefined {
  const found = element.read(bytes.subarray(at, at + element.look));
  if (found?.id !== ids.cluster) return undefined;
  const end = Math.min(bytes.length, at + found.header + found.body);
  const blocks: SoundBlock[] = [];
  let clusterTime: number | undefined;
  for (const part of elementsIn(bytes.subarray(0, end), at + found.header)) {
    if (besideClusters.has(part.id) || part.end > end) break;
    if (part.id === ids.timestamp) clusterTime = wholeNumber(part.bytes);
    const isGroup = part.id === ids.blockGroup;
    if (!isGroup && part.id !== ids.simpleBlock) continue;
    if (clusterTime === undefined) return undefined;
    const block = isGroup ? elementAt(part.bytes, ids.block) : part.bytes;
    const number = block && codedNumber(block, 0);
    if (!number || number.value !== track || block.length < number.length + 4) continue;
    const numbers = numbersIn(block);
    const laced = (numbers.getUint8(number.length + 2) & 0x06) !== 0;
    const lasts = isGroup ? elementAt(part.bytes, ids.blockDuration) : undefined;
    blocks.push({
      time: clusterTime + numbers.getInt16(number.length),
      frames: laced ? (block[number.length + 3] ?? 0) + 1 : 1,
      duration: lasts && wholeNumber(lasts),
    });
  }
  return clusterTime === undefined ? undefined : blocks;
}
