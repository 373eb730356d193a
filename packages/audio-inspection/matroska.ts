import { slice } from './bounded-source.ts';
import { hexOf, lastPlaceOf } from './bytes.ts';
import { type Chunk, chunks, content, element } from './chunks.ts';
import type { ByteSource } from './inspection.ts';
import {
  blocksIn,
  elementAt,
  elementsIn,
  float,
  ids,
  type SoundBlock,
  wholeNumber,
  words,
} from './matroska-elements.ts';
import {
  BrokenAudio,
  type Measured,
  mustFit,
  NoAudio,
  ProtectedAudio,
  promise,
  videoWarning,
} from './measured.ts';
import { startOfZeros } from './zero-tail.ts';

/** How much of an element with descriptions is read at most, and of an index (choices). */
const descriptionBytes = 128 * 1024;
const indexBytes = 256 * 1024;
/** How much of the end is searched for the last cluster, step by step, and of the beginning for the first sound. */
const tails = [128 * 1024, 512 * 1024, 1024 * 1024];
const beginningBytes = 128 * 1024;
/** Elements in front of the first cluster, and clusters walked through where nothing says how long it is (choices). */
const mostElements = 100;
const mostClusters = 25;

const codecs: readonly (readonly [RegExp, string])[] = [
  [/^A_OPUS/, 'Opus'],
  [/^A_VORBIS/, 'Vorbis'],
  [/^A_FLAC/, 'FLAC'],
  [/^A_ALAC/, 'ALAC'],
  [/^A_AAC/, 'AAC'],
  [/^A_MPEG\/L3/, 'MP3'],
  [/^A_MPEG\/L[12]/, 'MP2'],
  [/^A_E?AC3/, 'AC-3'],
  [/^A_DTS/, 'DTS'],
  [/^A_PCM/, 'PCM'],
];

interface Sound {
  readonly number: number;
  /** In hex. */
  readonly uid: string;
  readonly codec: string;
  /** Seconds of each frame, where the track says so; else 0. */
  readonly frameSeconds: number;
}

/** What precedes the first cluster. */
interface Outline {
  readonly segment: Chunk;
  /** Nanoseconds of one unit of time. */
  readonly scale: number;
  /** Seconds that the header claims; 0 where it does not. */
  readonly claimed: number;
  readonly sound: Sound | undefined;
  readonly hasPicture: boolean;
  /** Where the other elements begin, by id, as the index of elements says. */
  readonly places: ReadonlyMap<string, number>;
  readonly firstCluster: number | undefined;
}

/**
 * Measures a WebM or Matroska file by its last block of sound, which is found from the end: what a browser records, or
 * a program that was stopped, has neither a duration, nor an index, nor sizes. Where the end has no sound, because the
 * picture is longer or its clusters are large, the track's tags give the duration, then the index, then the header.
 * @throws BrokenAudio, NoAudio, ProtectedAudio
 */
export async function measureMatroska(file: ByteSource): Promise<Measured> {
  const isWebm = words(elementAt(await file.read(0, 128), ids.ebml, ids.docType)) === 'webm';
  const outline = await readOutline(file);
  const { segment, sound, hasPicture, claimed, firstCluster } = outline;
  if (!sound) throw new NoAudio('There is no sound in this file.');
  if (firstCluster === undefined) {
    throw new BrokenAudio('This file holds no sound: its header is followed by nothing.');
  }
  const filled = await startOfZeros(file, firstCluster, file.size);
  const source = filled < file.size ? slice(file, 0, filled) : file;
  const isCut = source.size < file.size || (!segment.open && segment.end > file.size);

  const found = await findEnd(source, outline, sound, firstCluster, isCut);
  mustFit(found.seconds, file.size);
  const promised = isCut || !hasPicture ? promise(claimed, found.seconds) : {};
  const warning = found.warning ?? (hasPicture ? videoWarning : undefined);
  const container = isWebm ? 'WebM' : 'Matroska';
  return {
    format: `${container} (${sound.codec})`,
    extension: isWebm ? 'webm' : hasPicture ? 'mkv' : 'mka',
    seconds: found.seconds,
    ...promised,
    ...(isCut && { cut: 'It is cut short: its last part is missing.' }),
    ...(warning !== undefined && { warning }),
  };
}

async function readOutline(source: ByteSource): Promise<Outline> {
  let segment: Chunk | undefined;
  for await (const part of chunks(source, element, 0)) {
    if (part.id !== ids.segment) continue;
    segment = part;
    break;
  }
  if (!segment) throw new BrokenAudio('The header of this file is damaged.');

  let scale = 1_000_000;
  let claimed = 0;
  let tracks: { sound: Sound | undefined; hasPicture: boolean } | undefined;
  let firstCluster: number | undefined;
  const places = new Map<string, number>();
  let count = 0;
  for await (const part of chunks(source, element, segment.body, segment.end)) {
    if (part.id === ids.cluster) firstCluster ??= part.at;
    if (firstCluster !== undefined || ++count > mostElements) break;
    if (part.id === ids.tracks) tracks = readTracks(await content(source, part, descriptionBytes));
    if (part.id === ids.info) {
      const bytes = await content(source, part, descriptionBytes);
      scale = wholeNumber(elementAt(bytes, ids.timestampScale), scale);
      claimed = (float(elementAt(bytes, ids.duration)) * scale) / 1e9;
    }
    if (part.id === ids.seekHead) {
      for (const { bytes } of elementsIn(await content(source, part, descriptionBytes))) {
        const id = hexOf(elementAt(bytes, ids.seekId) ?? []);
        places.set(id, segment.body + wholeNumber(elementAt(bytes, ids.seekPosition)));
      }
    } else places.set(part.id, part.at);
  }
  if (!tracks) throw new BrokenAudio('This file lacks the part that describes its sound.');
  return { segment, scale, claimed, ...tracks, places, firstCluster };
}

function readTracks(bytes: Uint8Array): { sound: Sound | undefined; hasPicture: boolean } {
  let sound: Sound | undefined;
  let hasPicture = false;
  for (const { id, bytes: track } of elementsIn(bytes)) {
    if (id !== ids.track) continue;
    const type = wholeNumber(elementAt(track, ids.trackType));
    if (type === 1) hasPicture = true;
    if (type !== 2 || sound) continue;
    if (elementAt(track, ids.encodings, ids.encoding, ids.encryption)) throw new ProtectedAudio();
    const codec = words(elementAt(track, ids.codec));
    sound = {
      number: wholeNumber(elementAt(track, ids.trackNumber)),
      uid: hexOf(elementAt(track, ids.trackUid) ?? []),
      codec: codecs.find(([pattern]) => pattern.test(codec))?.[1] ?? codec.replace(/^A_/, ''),
      frameSeconds: wholeNumber(elementAt(track, ids.defaultDuration)) / 1e9,
    };
  }
  return { sound, hasPicture };
}

/** Seconds from the first block of sound to the end of the last. */
async function findEnd(
  source: ByteSource,
  outline: Outline,
  sound: Sound,
  firstCluster: number,
  isCut: boolean,
): Promise<{ seconds: number; warning?: string }> {
  const { scale, claimed, segment } = outline;
  const inSeconds = (units: number) => (units * scale) / 1e9;
  const endOf = (blocks: readonly SoundBlock[]) => {
    const last = blocks.at(-1);
    if (!last) return undefined;
    const before = blocks.at(-2);
    const gap = before ? inSeconds(last.time - before.time) : 0;
    const lasts =
      last.duration !== undefined
        ? inSeconds(last.duration)
        : sound.frameSeconds > 0
          ? sound.frameSeconds * last.frames
          : gap < 1
            ? gap
            : 0;
    return inSeconds(last.time) + lasts;
  };

  const beginning = await source.read(firstCluster, beginningBytes);
  const first = blocksIn(beginning, 0, sound.number)?.[0];
  const start = first ? inSeconds(first.time) : 0;

  for (const tail of tails) {
    const from = Math.max(firstCluster, source.size - tail);
    const end = endOf(lastBlocks(await source.read(from, source.size - from), sound.number));
    if (end !== undefined) return { seconds: end - start };
    if (from === firstCluster)
      throw new NoAudio('There is a track for sound in this file, but nothing in it.');
    const told = await toldByTags(source, outline, sound);
    if (told !== undefined) {
      return { seconds: isCut && !segment.open ? (told * source.size) / segment.end : told };
    }
  }
  return (await searchByCues()) ?? (await searchByWalking());

  /** The last cluster in the index that has sound of this track in its first part. */
  async function searchByCues() {
    const clusters = await clustersInIndex(source, outline);
    let end: number | undefined;
    for (let low = 0, high = clusters.length; low < high; ) {
      const middle = Math.floor((low + high) / 2);
      const bytes = await source.read(clusters[middle] ?? 0, 64 * 1024);
      const here = endOf(blocksIn(bytes, 0, sound.number) ?? []);
      if (here === undefined) high = middle;
      else {
        end = here;
        low = middle + 1;
      }
    }
    if (end === undefined) return undefined;
    // Found in the last cluster, where the header is the better judge of what follows.
    const close = claimed >= end && claimed - end < 15 && !isCut;
    return { seconds: (close ? claimed : end) - start };
  }

  /** Cluster by cluster; what is behind the last one that was reached is taken to be like what is before it. */
  async function searchByWalking() {
    if (!first) throw new NoAudio('There is a track for sound in this file, but nothing was found in it.');
    if (claimed > 0) {
      const seconds = isCut && !segment.open ? (claimed * source.size) / segment.end : claimed;
      return { seconds, warning: 'Its length is what its header says: the end of its sound was not found.' };
    }
    let last = { at: firstCluster, time: 0 };
    let count = 0;
    for await (const part of chunks(source, element, firstCluster, segment.end)) {
      if (part.id !== ids.cluster || ++count > mostClusters) break;
      const time = wholeNumber(elementAt(await content(source, part, 64), ids.timestamp));
      last = { at: part.at, time: inSeconds(time) };
    }
    const share = (source.size - firstCluster) / Math.max(1, last.at - firstCluster);
    const seconds = Math.max(0, last.time - start) * share;
    return { seconds, warning: 'Its length is an estimate: nothing in the file gives the length.' };
  }
}

const clusterId = Uint8Array.from(ids.cluster.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));

/** The blocks of sound in the last cluster in `bytes` that has any. */
function lastBlocks(bytes: Uint8Array, track: number): readonly SoundBlock[] {
  for (let at = lastPlaceOf(bytes, clusterId); at >= 0; at = lastPlaceOf(bytes, clusterId, at - 1)) {
    const blocks = blocksIn(bytes, at, track);
    if (blocks && blocks.length > 0) return blocks;
  }
  return [];
}

/** Seconds of the track as its tag `DURATION` has it (`00:03:20.500000000`), which ffmpeg and mkvmerge write. */
async function toldByTags(
  source: ByteSource,
  { places }: Outline,
  { uid }: Sound,
): Promise<number | undefined> {
  for (const { id, bytes } of elementsIn(await elementFrom(source, places.get(ids.tags)))) {
    if (id !== ids.tag) continue;
    const target = elementAt(bytes, ids.targets, ids.tagTrackUid);
    if (!target || hexOf(target) !== uid) continue;
    for (const { id: inner, bytes: simple } of elementsIn(bytes)) {
      if (inner !== ids.simpleTag || words(elementAt(simple, ids.tagName)) !== 'DURATION') continue;
      const parts = /^(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(words(elementAt(simple, ids.tagText)));
      if (parts) return Number(parts[1]) * 3600 + Number(parts[2]) * 60 + Number(parts[3]);
    }
  }
  return undefined;
}

/** Where the clusters in the index of times begin, in order. */
async function clustersInIndex(source: ByteSource, { places, segment }: Outline): Promise<number[]> {
  const clusters: number[] = [];
  for (const { bytes } of elementsIn(await elementFrom(source, places.get(ids.cues)))) {
    const position = elementAt(bytes, ids.cuePositions, ids.cueCluster);
    const at = segment.body + wholeNumber(position);
    if (position && at !== clusters.at(-1)) clusters.push(at);
  }
  return clusters.sort((a, b) => a - b);
}

/** The content of an element of the segment, as far as it is read. */
async function elementFrom(source: ByteSource, at: number | undefined): Promise<Uint8Array> {
  if (at === undefined) return new Uint8Array();
  for await (const found of chunks(source, element, at)) return content(source, found, indexBytes);
  return new Uint8Array();
}
