import type { ByteSource } from './inspection.ts';
import { BrokenAudio, type Measured, NoAudio, numbersIn, textIn, videoWarning } from './measured.ts';

/** No page is longer than this (RFC 3533: 27 + 255 + 255 · 255 bytes). */
const longestPage = 65_307;
/** How much is read at either end: room for the longest page wherever the cut falls. */
const endBytes = 2 * longestPage;

interface Page {
  readonly at: number;
  readonly serial: number;
  /** Position of the last sample that ends on this page, in the codec's units; -1 if none does. */
  readonly granule: number;
  readonly first: boolean;
  /** The last page of its stream. */
  readonly last: boolean;
  /** Where its content begins, and where the page ends. */
  readonly body: number;
  readonly end: number;
}

interface Codec {
  readonly format: string;
  readonly extension: string;
  /** Granules a second. */
  readonly rate: number;
  /** Granules at the beginning that are not played. */
  readonly skip: number;
}

/**
 * Measures an Ogg file by the position on its last page that is whole, found from the end, instead of walking
 * through all pages: that would cost the whole file.
 * @throws BrokenAudio, NoAudio
 */
export async function measureOgg(source: ByteSource): Promise<Measured> {
  const beginning = await source.read(0, endBytes);
  const { codec, serial, otherStreams, isVideo, firstGranule } = readBeginning(beginning);

  const tailStart = Math.max(0, source.size - endBytes);
  const last = lastPage(await source.read(tailStart, endBytes));
  if (!last || last.page.granule <= 0) {
    throw new BrokenAudio('The end of this Ogg file is damaged, or it holds no sound.');
  }
  if (last.page.serial !== serial && !otherStreams.has(last.page.serial)) {
    throw new BrokenAudio('This Ogg file is several pieces in one: export it as a single piece.');
  }
  const ofSound = last.page.serial === serial ? last.page : last.lastOf(serial);
  if (!ofSound) throw new BrokenAudio('The end of this Ogg file holds no sound.');

  // A stream that was cut out of a broadcast does not begin at 0; less than ten seconds is the first page's own.
  const skipped = firstGranule > 10 * codec.rate ? firstGranule : codec.skip;
  const seconds = Math.max(0, ofSound.granule - skipped) / codec.rate;
  const cut = last.cut
    ? 'It is cut short: its last part is missing.'
    : ofSound.last || last.page.last
      ? undefined
      : 'It is perhaps cut short: its last page is not marked as the end.';
  return {
    format: codec.format,
    extension: codec.extension,
    seconds,
    ...(cut && { cut }),
    ...(isVideo && { warning: videoWarning }),
  };
}

function readBeginning(bytes: Uint8Array) {
  let sound: { codec: Codec; serial: number } | undefined;
  const otherStreams = new Set<number>();
  let isVideo = false;
  let firstGranule = 0;
  for (let page = pageAt(bytes, 0); page; page = pageAt(bytes, page.end)) {
    isVideo ||= page.first && textIn(bytes, page.body + 1, page.body + 7) === 'theora';
    const codec = page.first ? codecOf(bytes.subarray(page.body, page.end)) : undefined;
    if (codec && !sound) sound = { codec, serial: page.serial };
    else if (page.first) otherStreams.add(page.serial);
    else if (page.serial === sound?.serial && page.granule > 0) {
      firstGranule = page.granule;
      break;
    }
  }
  if (!sound)
    throw new NoAudio('It is an Ogg file without sound that we know (Vorbis, Opus, FLAC or Speex).');
  return { ...sound, otherStreams, isVideo, firstGranule };
}

/** The codec whose identification header `body` begins with. */
function codecOf(body: Uint8Array): Codec | undefined {
  const numbers = numbersIn(body);
  const starts = (word: string, at = 0) => textIn(body, at, at + word.length) === word;
  if (starts('OpusHead') && body.length >= 19) {
    // Opus counts in 48 kHz for any input sample rate (RFC 7845, section 4).
    return { format: 'Opus', extension: 'opus', rate: 48_000, skip: numbers.getUint16(10, true) };
  }
  if (starts('\x01vorbis') && body.length >= 30) {
    return withRate({ format: 'Ogg Vorbis', extension: 'ogg', rate: numbers.getUint32(12, true), skip: 0 });
  }
  if (starts('\x7fFLAC') && body.length >= 51) {
    // STREAMINFO follows a 9-byte Ogg header, "fLaC" and its own 4-byte header; the rate is 10 bytes into it.
    return withRate({ format: 'Ogg FLAC', extension: 'oga', rate: numbers.getUint32(27) >>> 12, skip: 0 });
  }
  if (starts('Speex   ') && body.length >= 80) {
    return withRate({ format: 'Ogg Speex', extension: 'spx', rate: numbers.getUint32(36, true), skip: 0 });
  }
  return undefined;
}

function withRate(codec: Codec): Codec {
  if (codec.rate === 0) throw new BrokenAudio('The header of this Ogg file makes no sense.');
  return codec;
}

/** The last whole page with a position, and whether something was cut off behind it. */
function lastPage(bytes: Uint8Array) {
  let cut = false;
  const pages: Page[] = [];
  for (let at = bytes.lastIndexOf(0x4f); at >= 0; at = at > 0 ? bytes.lastIndexOf(0x4f, at - 1) : -1) {
    if (textIn(bytes, at, at + 4) !== 'OggS') continue;
    const page = pageAt(bytes, at);
    if (!page) cut ||= pages.length === 0;
    else if (page.granule >= 0) pages.push(page);
  }
  const [page] = pages;
  if (!page) return undefined;
  return { page, cut, lastOf: (serial: number) => pages.find((candidate) => candidate.serial === serial) };
}

/** The page that begins at `at`, if it is whole. */
function pageAt(bytes: Uint8Array, at: number): Page | undefined {
  if (textIn(bytes, at, at + 4) !== 'OggS' || bytes[at + 4] !== 0 || at + 27 > bytes.length) return undefined;
  const numbers = numbersIn(bytes);
  const segments = bytes[at + 26] ?? 0;
  const body = at + 27 + segments;
  const end = bytes.subarray(at + 27, body).reduce((sum, length) => sum + length, body);
  if (end > bytes.length) return undefined;
  return {
    at,
    serial: numbers.getUint32(at + 14, true),
    granule: Number(numbers.getBigInt64(at + 6, true)),
    first: ((bytes[at + 5] ?? 0) & 2) !== 0,
    last: ((bytes[at + 5] ?? 0) & 4) !== 0,
    body,
    end,
  };
}
