import { big, join } from './bytes.ts';

export interface Mp4Options {
  readonly seconds: number;
  /** Where the description of the sound is; `end` as recorders leave it. */
  readonly moov?: 'start' | 'end';
  /** Major brand; `none` for a file of QuickTime without the box that says so. */
  readonly brand?: string;
  /** Sample entry: `mp4a` for AAC, or what shops write for protected sound. */
  readonly entry?: string;
  /** Further boxes in `minf`, in front of the tables, as QuickTime and GStreamer write them. */
  readonly secondHandler?: boolean;
  /** A box `meta` with a handler of its own in front of the media, as older writers of QuickTime have it. */
  readonly metaHandler?: boolean;
  /** Parts that are played, in seconds; from −1 is a pause. */
  readonly edits?: readonly { readonly from: number; readonly seconds: number }[];
  /** Says in `mdat` that it goes on to the end of the file. */
  readonly openData?: boolean;
  /** Samples in a chunk. */
  readonly perChunk?: number;
  /** Seconds of a picture. */
  readonly pictureSeconds?: number;
  /** Places of 64 bits. */
  readonly wide?: boolean;
  readonly sampleBytes?: number;
}

const rate = 8000;
const perSample = 1024;

/** A box: its size, its letters, what is in it. */
export function box(name: string, ...parts: readonly (Uint8Array | number | string)[]): Uint8Array {
  const inner = join(...parts);
  return join(big(8 + inner.length, 4), name, inner);
}

/** A box that begins with a version and flags. */
const full = (name: string, flags: number, ...parts: readonly (Uint8Array | number | string)[]) =>
  box(name, big(flags, 4), ...parts);

/** Bytes that stand for coded sound: anything but zeros. */
export function coded(bytes: number): Uint8Array {
  const made = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) made[i] = 1 + ((i * 7) % 250);
  return made;
}

const handler = (kind: string, subtype: string) => full('hdlr', 0, kind, subtype, big(0, 12), 0);

function header(name: 'mvhd' | 'mdhd', timescale: number, duration: number): Uint8Array {
  const rest = name === 'mvhd' ? 80 : 4;
  return full(name, 0, big(0, 8), big(timescale, 4), big(duration, 4), new Uint8Array(rest));
}

function soundEntry(name: string): Uint8Array {
  return box(name, big(0, 6), big(1, 2), big(0, 8), big(1, 2), big(16, 2), big(0, 4), big(rate * 65_536, 4));
}

/** Numbers in a row: a table can have more of them than a call takes arguments. */
function numbers(values: readonly number[], width: 4 | 8): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(values.length * width));
  for (const [i, value] of values.entries()) {
    if (width === 4) bytes.setUint32(4 * i, value);
    else bytes.setBigUint64(8 * i, BigInt(value));
  }
  return new Uint8Array(bytes.buffer);
}

interface Tables {
  readonly samples: number;
  readonly entry?: string;
  readonly sizes?: readonly number[];
  readonly perChunk?: number;
  readonly offsets?: readonly number[];
  readonly wide?: boolean;
}

function tables({ samples, entry = 'mp4a', sizes = [], perChunk = 1, offsets = [], wide }: Tables) {
  return box(
    'stbl',
    full('stsd', 0, big(1, 4), soundEntry(entry)),
    samples > 0 ? full('stts', 0, big(1, 4), big(samples, 4), big(perSample, 4)) : full('stts', 0, big(0, 4)),
    // The last chunk may have fewer.
    samples > 0
      ? full('stsc', 0, big(1, 4), big(1, 4), big(perChunk, 4), big(1, 4))
      : full('stsc', 0, big(0, 4)),
    full('stsz', 0, big(0, 4), big(samples, 4), numbers(sizes, 4)),
    full(wide ? 'co64' : 'stco', 0, big(offsets.length, 4), numbers(offsets, wide ? 8 : 4)),
  );
}

function soundTrack(table: Uint8Array, seconds: number, options: Partial<Mp4Options>): Uint8Array {
  const { edits = [], secondHandler, metaHandler } = options;
  const list = edits.map(({ from, seconds: length }) =>
    join(
      big(Math.round(length * 1000), 4),
      big(from < 0 ? -1 : Math.round(from * rate), 4),
      big(1, 2),
      big(0, 2),
    ),
  );
  return box(
    'trak',
    full('tkhd', 7, big(0, 8), big(1, 4), big(0, 4), big(Math.round(seconds * 1000), 4), new Uint8Array(60)),
    edits.length > 0 ? box('edts', full('elst', 0, big(edits.length, 4), ...list)) : '',
    metaHandler ? box('meta', handler('mhlr', 'mdta')) : '',
    box(
      'mdia',
      header('mdhd', rate, Math.round(seconds * rate)),
      handler('mhlr', 'soun'),
      box('minf', full('smhd', 0, big(0, 4)), secondHandler ? handler('dhlr', 'url ') : '', table),
    ),
  );
}

function pictureTrack(seconds: number): Uint8Array {
  const sizes = full('stsz', 0, big(100, 4), big(Math.round(seconds), 4));
  return box(
    'trak',
    full('tkhd', 7, big(0, 8), big(2, 4), big(0, 68)),
    box(
      'mdia',
      header('mdhd', 1000, seconds * 1000),
      handler('mhlr', 'vide'),
      box('minf', box('stbl', full('stsd', 0, big(0, 4)), sizes)),
    ),
  );
}

const fileType = (brand: string) => box('ftyp', brand, big(0, 4), brand);

/** An MP4 of AAC at 8 kHz: 128 ms and 60 bytes a sample; the samples are no real AAC. */
export function mp4File(options: Mp4Options): Uint8Array {
  const { seconds, moov = 'start', brand = 'M4A ', entry = 'mp4a', perChunk = 5 } = options;
  const { openData = false, pictureSeconds = 0, wide = false, sampleBytes = 60 } = options;
  const samples = Math.round((seconds * rate) / perSample);
  const sizes = Array.from({ length: samples }, (_, i) => sampleBytes - 5 + (i % 11));
  const sound = coded(sizes.reduce((sum, size) => sum + size, 0));
  const starts: number[] = [];
  for (let i = 0, at = 0; i < samples; at += sizes[i++] ?? 0) starts.push(at);
  const beginning = brand === 'none' ? box('wide') : fileType(brand);
  const movie = (dataAt: number) => {
    const offsets = starts.filter((_, i) => i % perChunk === 0);
    const table = tables({
      samples,
      entry,
      sizes,
      perChunk,
      wide,
      offsets: offsets.map((at) => dataAt + at),
    });
    return box(
      'moov',
      header('mvhd', 1000, Math.round(Math.max(seconds, pictureSeconds) * 1000)),
      pictureSeconds > 0 ? pictureTrack(pictureSeconds) : '',
      soundTrack(table, seconds, options),
    );
  };
  const data = join(openData ? big(0, 4) : big(8 + sound.length, 4), 'mdat', sound);
  return moov === 'end'
    ? join(beginning, data, movie(beginning.length + 8))
    : join(beginning, movie(beginning.length + movie(0).length + 8), data);
}

export interface FragmentedOptions {
  readonly seconds: number;
  /** Seconds of sound in `moov` itself, in front of the fragments. */
  readonly inMovie?: number;
  /** Seconds of each fragment. */
  readonly each?: number;
  /** What says how long a sample lasts: the fragment's track, or only `trex`. */
  readonly defaults?: 'fragment' | 'movie' | 'sample';
  /** When the first fragment begins, in seconds; `untold` where no fragment says so. */
  readonly from?: number | 'untold';
  /** Seconds that the header of the fragments promises. */
  readonly promised?: number;
  /** Seconds that an index in front of them promises. */
  readonly indexed?: number;
  /** An index of the fragments at the end. */
  readonly index?: boolean;
  /** Bytes of picture in each fragment. */
  readonly pictureBytes?: number;
  readonly entry?: string;
}

/** The same sound in fragments, as browsers record it and DASH sends it. */
export function fragmentedMp4(options: FragmentedOptions): Uint8Array {
  const { seconds, inMovie = 0, each = 1, defaults = 'fragment', from = 0, entry = 'mp4a' } = options;
  const { promised, indexed, index = false, pictureBytes = 0 } = options;
  const sampleBytes = 60;
  const before = Math.round((inMovie * rate) / perSample);
  const sizes = Array<number>(before).fill(sampleBytes);
  const movie = (dataAt: number) =>
    box(
      'moov',
      header('mvhd', 1000, 0),
      soundTrack(
        tables({ samples: before, sizes, perChunk: before, offsets: before > 0 ? [dataAt] : [], entry }),
        (before * perSample) / rate,
        {},
      ),
      box(
        'mvex',
        promised === undefined ? '' : full('mehd', 0, big(promised * 1000, 4)),
        full('trex', 0, big(1, 4), big(1, 4), big(defaults === 'movie' ? perSample : 0, 4), big(0, 8)),
      ),
    );
  const first = fileType('iso5');
  const bytes: Uint8Array[] = [first, movie(first.length + movie(0).length + 8)];
  if (before > 0) bytes.push(box('mdat', coded(before * sampleBytes)));
  if (indexed !== undefined) {
    const reference = () => join(big(1000, 4), big((indexed * 1000) / 2, 4), big(0x9000_0000, 4));
    bytes.push(
      full('sidx', 0, big(1, 4), big(1000, 4), big(0, 8), big(0, 2), big(2, 2), reference(), reference()),
    );
  }
  let at = bytes.reduce((sum, { length }) => sum + length, 0);
  const total = Math.round((seconds * rate) / perSample);
  const entries: Uint8Array[] = [];
  for (let done = before; done < total; ) {
    const samples = Math.min(total - done, Math.round((each * rate) / perSample));
    const time = done * perSample + (from === 'untold' ? 0 : Math.round(from * rate));
    const moof = fragment({ samples, sampleBytes, defaults, time: from === 'untold' ? undefined : time });
    const data = box('mdat', coded(samples * sampleBytes + pictureBytes));
    entries.push(join(big(time, 4), big(at, 4), 1, 1, 1));
    bytes.push(moof, data);
    at += moof.length + data.length;
    done += samples;
  }
  if (!index) return join(...bytes);
  const list = full('tfra', 0, big(1, 4), big(0, 4), big(entries.length, 4), ...entries);
  return join(...bytes, box('mfra', list, full('mfro', 0, big(8 + list.length + 16, 4))));
}

function fragment(told: {
  samples: number;
  sampleBytes: number;
  defaults: 'fragment' | 'movie' | 'sample';
  time: number | undefined;
}): Uint8Array {
  const { samples, sampleBytes, defaults, time } = told;
  const inTrack = defaults === 'fragment';
  const perEach = defaults === 'sample' ? join(big(perSample, 4), big(sampleBytes, 4)) : big(sampleBytes, 4);
  const made = (offset: number) =>
    box(
      'moof',
      full('mfhd', 0, big(1, 4)),
      box(
        'traf',
        full('tfhd', 0x02_0000 | (inTrack ? 8 : 0), big(1, 4), inTrack ? big(perSample, 4) : ''),
        time === undefined ? '' : full('tfdt', 0, big(time, 4)),
        full(
          'trun',
          1 | 0x200 | (defaults === 'sample' ? 0x100 : 0),
          big(samples, 4),
          big(offset, 4),
          ...Array<Uint8Array>(samples).fill(perEach),
        ),
      ),
    );
  return made(made(0).length + 8);
}
