import { box, type Chunk, chunks, content } from './chunks.ts';
import type { ByteSource } from './inspection.ts';
import { BrokenAudio, numbersIn, textIn } from './measured.ts';

/** Entries of one size that lie in the file; they are read when they are needed. */
export interface Table {
  readonly at: number;
  readonly count: number;
  readonly entryBytes: number;
}

/** What a movie says of its sound (ISO/IEC 14496-12, chapter 8). */
export interface SoundTrack {
  readonly id: number;
  /** Four letters of its sample entry, and the codec as a person says it. */
  readonly entry: string;
  readonly codec: string;
  /** Units a second in which the track counts. */
  readonly timescale: number;
  /** In those units, of the samples that the tables list; fragments come on top. */
  readonly duration: number;
  /** Parts that are played, in seconds; none where all is. */
  readonly edits: readonly { readonly from: number; readonly seconds: number }[];
  readonly samples: number;
  /** Bytes of each sample where all have the same number; 0 where `sizes` lists them. */
  readonly sampleBytes: number;
  readonly sizes: Table;
  readonly times: Table;
  readonly chunkOffsets: Table;
  readonly samplesPerChunk: Table;
}

export interface Movie {
  readonly sound: SoundTrack | undefined;
  readonly hasPicture: boolean;
  /** Seconds of the whole movie as its header says; 0 where it does not. */
  readonly seconds: number;
  readonly isFragmented: boolean;
  /** Units that a sample of a track lasts in the fragments, unless they say otherwise, by the track's id. */
  readonly sampleDurations: ReadonlyMap<number, number>;
}

/** What was found of the sound; `sizeWhenWhole` in bytes, where the tables promise more than the file has. */
export interface MeasuredSound {
  readonly seconds: number;
  readonly promisedSeconds?: number;
  readonly sizeWhenWhole?: number;
  readonly cut?: string;
  readonly warning?: string;
}

/** Sample entries and the codec in them. */
const codecs: readonly (readonly [RegExp, string])[] = [
  [/^(\.mp3|ms\0U)$/, 'MP3'],
  [/^alac$/, 'ALAC'],
  [/^fLaC$/, 'FLAC'],
  [/^Opus$/, 'Opus'],
  [/^(samr|sawb|sawp)$/, 'AMR'],
  [/^[ae]c-[34]$/, 'AC-3'],
  [/^dts[cehlx+-]$/, 'DTS'],
  [/^(sowt|twos|lpcm|ipcm|fpcm|raw |NONE|in24|in32|fl32|fl64)$/, 'PCM'],
  [/^[ua]law$/, 'G.711'],
  [/^ima4$/, 'IMA ADPCM'],
];
/** Of these, the ones for which a row of zeros is silence. */
export const silentZeros: ReadonlySet<string> = new Set(['PCM', 'G.711', 'IMA ADPCM']);
/** Codecs other than AAC in a sample entry `mp4a`, by their object type (the registry of MP4RA). */
const objectTypes = new Map([
  [0x69, 'MP3'],
  [0x6b, 'MP3'],
  [0xa5, 'AC-3'],
  [0xa6, 'AC-3'],
  [0xa9, 'DTS'],
  [0xad, 'Opus'],
  [0xdd, 'Vorbis'],
]);

/** The box at the end of a path from `parent`, the first of each name; nothing if there is none. */
async function inside(source: ByteSource, parent: Chunk | undefined, ...path: string[]) {
  let at = parent;
  for (const name of path) {
    const from: Chunk | undefined = at;
    at = undefined;
    if (!from) return undefined;
    for await (const child of chunks(source, box, from.body, from.end)) {
      if (child.id !== name) continue;
      at = child;
      break;
    }
  }
  return at;
}

/**
 * Reads what `moov` says of the sound.
 * @throws BrokenAudio if the description of the sound lacks a part
 */
export async function readMovie(source: ByteSource, moov: Chunk): Promise<Movie> {
  const header = await timesIn(source, await inside(source, moov, 'mvhd'));
  const sounds: { trak: Chunk; enabled: boolean }[] = [];
  const sampleDurations = new Map<number, number>();
  let seconds = header.timescale > 0 ? header.duration / header.timescale : 0;
  let hasPicture = false;
  let isFragmented = false;

  for await (const part of chunks(source, box, moov.body, moov.end)) {
    if (part.id === 'mvex') {
      isFragmented = true;
      for await (const inner of chunks(source, box, part.body, part.end)) {
        const bytes = numbersIn(await content(source, inner, 24));
        if (inner.id === 'trex' && bytes.byteLength === 24) {
          sampleDurations.set(bytes.getUint32(4), bytes.getUint32(12));
        }
        if (inner.id !== 'mehd' || bytes.byteLength < 8 || header.timescale === 0) continue;
        const wide = bytes.getUint8(0) === 1 && bytes.byteLength >= 12;
        seconds = (wide ? Number(bytes.getBigUint64(4)) : bytes.getUint32(4)) / header.timescale;
      }
    }
    if (part.id === 'cmov') {
      throw new BrokenAudio(
        'The description of the sound in this file is compressed, which nobody does since 2005.',
      );
    }
    if (part.id !== 'trak') continue;
    // The handler of the media: files of QuickTime have more of them, in `minf` and `meta`, for other things.
    const handler = await inside(source, part, 'mdia', 'hdlr');
    const kind = handler && textIn(await content(source, handler, 12), 8, 12);
    if (kind === 'vide') hasPicture ||= (await sizesOf(source, part)).samples !== 1;
    if (kind !== 'soun') continue;
    const flags = await inside(source, part, 'tkhd');
    sounds.push({ trak: part, enabled: !flags || ((await content(source, flags, 4))[3] ?? 0) % 2 === 1 });
  }
  const chosen = sounds.find(({ enabled }) => enabled) ?? sounds[0];
  const sound = chosen && (await readSound(source, chosen.trak, header.timescale));
  return { sound, hasPicture, seconds, isFragmented, sampleDurations };
}

async function readSound(source: ByteSource, trak: Chunk, movieTimescale: number): Promise<SoundTrack> {
  const { timescale, duration } = await timesIn(source, await inside(source, trak, 'mdia', 'mdhd'));
  const entry = await readEntry(source, await inside(source, trak, 'mdia', 'minf', 'stbl', 'stsd'));
  if (timescale === 0 || !entry) {
    throw new BrokenAudio('The description of the sound in this file is damaged.');
  }
  const edits = await readEdits(source, await inside(source, trak, 'edts', 'elst'), {
    ofMovie: movieTimescale,
    ofMedia: timescale,
  });
  const { samples, sampleBytes, sizes } = await sizesOf(source, trak);
  const stbl = await inside(source, trak, 'mdia', 'minf', 'stbl');
  const table = async (name: string, entryBytes: number) =>
    tableIn(source, await inside(source, stbl, name), entryBytes);
  const short = await table('stco', 4);
  return {
    id: await idOf(source, trak),
    entry: entry.name,
    codec: entry.codec,
    timescale,
    duration,
    edits,
    samples,
    // Files of QuickTime call each sample of plain sound a sample of one byte.
    sampleBytes: sampleBytes === 1 ? entry.bytesPerSample : sampleBytes,
    sizes,
    times: await table('stts', 8),
    samplesPerChunk: await table('stsc', 12),
    chunkOffsets: short.count > 0 ? short : await table('co64', 8),
  };
}

async function idOf(source: ByteSource, trak: Chunk): Promise<number> {
  const header = await inside(source, trak, 'tkhd');
  const bytes = header ? numbersIn(await content(source, header, 24)) : undefined;
  if (!bytes || bytes.byteLength < 24) return 0;
  return bytes.getUint32(bytes.getUint8(0) === 1 ? 20 : 12);
}

/** Timescale and duration of `mvhd` or `mdhd`, which have them in the same places; a duration of all ones is none. */
async function timesIn(source: ByteSource, header: Chunk | undefined) {
  const bytes = header ? numbersIn(await content(source, header, 32)) : undefined;
  if (!bytes || bytes.byteLength < 20) return { timescale: 0, duration: 0 };
  const long = bytes.getUint8(0) === 1 && bytes.byteLength === 32;
  const duration = long ? bytes.getBigUint64(24) : BigInt(bytes.getUint32(16));
  const unknown = duration === (long ? 2n ** 64n : 2n ** 32n) - 1n;
  return { timescale: bytes.getUint32(long ? 20 : 12), duration: unknown ? 0 : Number(duration) };
}

/** A full box with a count and entries behind it. */
async function tableIn(source: ByteSource, found: Chunk | undefined, entryBytes: number): Promise<Table> {
  const bytes = found ? await content(source, found, 8) : undefined;
  if (!found || bytes?.length !== 8) return { at: 0, count: 0, entryBytes };
  const fitting = Math.floor((Math.min(found.end, source.size) - found.body - 8) / entryBytes);
  return { at: found.body + 8, count: Math.min(numbersIn(bytes).getUint32(4), fitting), entryBytes };
}

async function sizesOf(source: ByteSource, trak: Chunk) {
  const stbl = await inside(source, trak, 'mdia', 'minf', 'stbl');
  const long = await inside(source, stbl, 'stsz');
  const found = long ?? (await inside(source, stbl, 'stz2'));
  const bytes = found ? numbersIn(await content(source, found, 12)) : undefined;
  if (!found || bytes?.byteLength !== 12) {
    return { samples: 0, sampleBytes: 0, sizes: { at: 0, count: 0, entryBytes: 4 } };
  }
  const samples = bytes.getUint32(8);
  const sampleBytes = long ? bytes.getUint32(4) : 0;
  const entryBytes = long ? 4 : bytes.getUint8(7) / 8;
  const count = sampleBytes > 0 || ![1, 2, 4].includes(entryBytes) ? 0 : samples;
  return { samples, sampleBytes, sizes: { at: found.body + 12, count, entryBytes } };
}

/** The first sample entry of `stsd`; its sizes where it is written as QuickTime does (QTFF, "Sound Sample Descriptions"). */
async function readEntry(source: ByteSource, found: Chunk | undefined) {
  const bytes = found ? await content(source, found, 512) : new Uint8Array();
  if (bytes.length < 44) return undefined;
  const numbers = numbersIn(bytes);
  const name = textIn(bytes, 12, 16);
  const codec = codecOf(name, bytes);
  // Behind the box's 8 bytes and the entry's 8: 6 reserved, 2 of a reference, then version, channels and bits.
  const perPacket = numbers.getUint16(24) === 1 && bytes.length >= 60 ? numbers.getUint32(44) : 0;
  const bytesPerSample =
    perPacket > 0
      ? numbers.getUint32(52) / perPacket
      : numbers.getUint16(32) * (codec === 'G.711' ? 1 : Math.ceil(numbers.getUint16(34) / 8));
  return { name, codec, bytesPerSample };
}

function codecOf(name: string, bytes: Uint8Array): string {
  if (name !== 'mp4a') return codecs.find(([pattern]) => pattern.test(name))?.[1] ?? name.trim();
  // Each byte is one character.
  const esds = new TextDecoder('latin1').decode(bytes).indexOf('esds');
  // Descriptors: a tag, a length in one to four bytes, and what it is; 3 holds 4, which begins with the object type.
  const behind = (at: number, tag: number) => {
    if (esds < 0 || bytes[at] !== tag) return undefined;
    let next = at + 1;
    while ((bytes[next] ?? 0) >= 0x80) next++;
    return next + 1;
  };
  const stream = behind(esds + 8, 3);
  const decoder = stream === undefined ? undefined : behind(stream + 3, 4);
  return objectTypes.get(bytes[decoder ?? bytes.length] ?? 0) ?? 'AAC';
}

async function readEdits(
  source: ByteSource,
  found: Chunk | undefined,
  { ofMovie, ofMedia }: { ofMovie: number; ofMedia: number },
) {
  const bytes = found ? numbersIn(await content(source, found, 16 * 1024)) : undefined;
  if (!bytes || bytes.byteLength < 8 || ofMovie === 0) return [];
  const long = bytes.getUint8(0) === 1;
  const entryBytes = long ? 20 : 12;
  const edits: { from: number; seconds: number }[] = [];
  const count = Math.min(bytes.getUint32(4), Math.floor((bytes.byteLength - 8) / entryBytes));
  for (let i = 0; i < count; i++) {
    const at = 8 + i * entryBytes;
    const length = long ? Number(bytes.getBigUint64(at)) : bytes.getUint32(at);
    const from = long ? Number(bytes.getBigInt64(at + 8)) : bytes.getInt32(at + 4);
    // −1 is a pause, no part of the sound; a length of 0 is all that follows.
    if (from >= 0) edits.push({ from: from / ofMedia, seconds: length === 0 ? Infinity : length / ofMovie });
  }
  return edits;
}
