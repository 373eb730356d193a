import { type IFormat, parseFromTokenizer } from 'music-metadata';
import { ReadBudgetSpent } from './bounded-source.ts';
import type { ByteSource } from './inspection.ts';
import { BrokenAudio, type Measured, NoAudio, promise } from './measured.ts';
import { SourceTokenizer } from './source-tokenizer.ts';
import { statedSize } from './stated-size.ts';

/** No music is coded with fewer bits a second than this (a choice; speech codecs begin at about 2,000). */
const leastBitrate = 2000;

/** Containers as `music-metadata` names them, as a person names them, and the extensions that fit. */
const containers: readonly (readonly [RegExp, string, string])[] = [
  [/^EBML\/webm/, 'WebM', 'webm'],
  [/^EBML/, 'Matroska', 'mka'],
  [/^AIFF/, 'AIFF', 'aiff'],
  [/^ASF/, 'WMA', 'wma'],
  [/^WavPack/, 'WavPack', 'wv'],
  [/^Monkey/, "Monkey's Audio", 'ape'],
  [/^Musepack/, 'Musepack', 'mpc'],
  [/^DSF/, 'DSF', 'dsf'],
  [/^DSDIFF/, 'DSDIFF', 'dff'],
  // MP4 and its relatives come as their brands, as in `M4A/isom/iso2`.
  [/^(M4A|M4B|mp4|isom|iso|qt|3g|dash|F4A|MSNV)/i, 'M4A', 'm4a'],
];

/** Codecs by the words that `music-metadata` has for them; the format shows them where the container has several. */
const codecs: readonly (readonly [RegExp, string])[] = [
  [/ALAC/i, 'ALAC'],
  [/AAC|mp4a/i, 'AAC'],
  [/OPUS/i, 'Opus'],
  [/VORBIS/i, 'Vorbis'],
  [/FLAC/i, 'FLAC'],
  [/MPEG.*(L|layer ?)3|mp3/i, 'MP3'],
  [/PCM|sowt|twos/i, 'PCM'],
];

/**
 * Measures a file whose header is to be believed, by `music-metadata`. If the budget ends before the header
 * does, what was found until then counts, with a warning.
 * @throws BrokenAudio, NoAudio, ReadBudgetSpent
 */
export async function measureByMetadata(source: ByteSource): Promise<Measured> {
  const tokenizer = new SourceTokenizer(source);
  let format: IFormat | undefined;
  const broken = await parseFromTokenizer(tokenizer, {
    duration: false,
    skipCovers: true,
    mkvUseIndex: true,
    observer: ({ metadata }) => {
      format = metadata.format;
    },
  }).then(
    (parsed) => {
      format = parsed.format;
      return false;
    },
    () => true,
  );
  const cutOff = tokenizer.sourceError instanceof ReadBudgetSpent;
  if (tokenizer.sourceError && !(cutOff && format?.duration)) throw tokenizer.sourceError;
  if (broken && !cutOff) throw new BrokenAudio('The header of this file is damaged.');
  if (format?.hasAudio === false) throw new NoAudio('There is no sound in this file.');
  if (!format?.duration || !Number.isFinite(format.duration)) {
    throw new BrokenAudio('This file does not say how long it is.');
  }
  if ((source.size * 8) / format.duration < leastBitrate) {
    throw new BrokenAudio('The header of this file claims far more sound than the file can hold.');
  }
  const { name, extension } = nameOf(format);
  const stated = await statedSize(source);
  const share = stated ? Math.min(1, source.size / stated) : 1;
  const seconds = share * secondsThatFit(format, format.duration, source.size);
  const warning = cutOff
    ? 'It could be read only in part: the length is what its header says.'
    : format.hasVideo
      ? 'It is a video; only its sound can be used.'
      : undefined;
  return {
    format: name,
    extension,
    seconds,
    ...promise(format.duration, seconds),
    ...(warning && { warning }),
  };
}

/** Uncompressed sound cannot be longer than its bytes; an AIFF that was cut off still claims its first length. */
function secondsThatFit(format: IFormat, claimed: number, size: number): number {
  const { container = '', codec, sampleRate = 0, bitsPerSample = 0, numberOfChannels = 0 } = format;
  const bytesPerSecond = sampleRate * Math.ceil(bitsPerSample / 8) * numberOfChannels;
  const plain = container.startsWith('AIFF') && (codec === undefined || /PCM|not compressed/i.test(codec));
  return plain && bytesPerSecond > 0 ? Math.min(claimed, size / bytesPerSecond) : claimed;
}

function nameOf(format: IFormat): { name: string; extension: string } {
  const container = format.container ?? '';
  const [, name, extension] = containers.find(([pattern]) => pattern.test(container)) ?? [
    undefined,
    container || 'audio',
    'bin',
  ];
  if (!['M4A', 'WebM', 'Matroska'].includes(name)) return { name, extension };
  const codec = codecs.find(([pattern]) => pattern.test(format.codec ?? ''))?.[1] ?? format.codec;
  const video = format.hasVideo === true;
  const shown = video && name === 'M4A' ? 'MP4' : name;
  const fitting = !video ? extension : name === 'M4A' ? 'mp4' : name === 'Matroska' ? 'mkv' : extension;
  return { name: codec ? `${shown} (${codec})` : shown, extension: fitting };
}
