import { fileTypeFromBuffer } from 'file-type';
import { describe, expect, test } from 'vitest';
import { big, join, little } from '../../../test-support/audio-files/bytes.ts';
import { mp3File } from '../../../test-support/audio-files/mp3.ts';
import { coded } from '../../../test-support/audio-files/mp4.ts';
import {
  aiffFile,
  apeFile,
  dffFile,
  dsfFile,
  musepack7File,
  musepackFile,
  wavPackFile,
  wmaFile,
} from '../../../test-support/audio-files/rarer.ts';
import { mp3Wav } from '../../../test-support/audio-files/wav.ts';
import { cut, inspect, refused, usable, zeroed } from './judged.ts';

const dsdBytes = (seconds: number) => seconds * 352_800;

describe('a format that few people have is measured too', () => {
  test.each([
    ['AIFF', aiffFile({ seconds: 10 }), 10, 'flac'],
    ['AIFF', aiffFile({ seconds: 10, compression: 'sowt' }), 10, 'flac'],
    ['AIFF', aiffFile({ seconds: 10, compression: 'ima4' }), 10, 'flac'],
    ['AIFF', aiffFile({ seconds: 10, tagBytes: 3_000_000 }), 10, 'flac'],
    ['AIFF', aiffFile({ seconds: 10, statedBytes: 0 }), 10, 'flac'],
    ['AIFF', aiffFile({ seconds: 10, statedBytes: 0x7f00_0008 }), 10, 'flac'],
    ['WavPack', wavPackFile({ seconds: 10 }), 10, 'flac'],
    ['WavPack', wavPackFile({ seconds: 10, known: false }), 10, 'flac'],
    ['Musepack', musepackFile({ seconds: 10 }), 10, 'mp3'],
    ['Musepack', musepack7File({ frames: 400 }), (399 * 1152 + 500) / 44_100, 'mp3'],
    ['DSF', dsfFile({ seconds: 7, bytes: dsdBytes(7) }), 7, 'flac'],
    ['DSDIFF', dffFile({ bytes: dsdBytes(7) }), 7, 'flac'],
    ["Monkey's Audio", apeFile({ seconds: 10, bytes: 50_000 }), 10, 'flac'],
    ['WMA', wmaFile({ seconds: 10 }), 10, 'mp3'],
    ['WMA', wmaFile({ seconds: 10, live: true }), 10, 'mp3'],
    ['WAV (MP3)', mp3Wav(mp3File({ seconds: 10, rate: 'varying' })), 10, 'mp3'],
  ])('%s #%#, and it is said what it can be converted to', async (format, bytes, seconds, convertTo) => {
    const found = usable(await inspect(bytes));
    expect(found).toMatchObject({ format, convertTo });
    expect(found.durationSeconds).toBeCloseTo(seconds, 1);
    expect(found.warning).toBeUndefined();
  });

  test.each([
    ['AIFF', cut(aiffFile({ seconds: 20 }), 0.5)],
    ['WavPack', cut(wavPackFile({ seconds: 20 }), 0.5)],
    ['WavPack that was never filled', zeroed(wavPackFile({ seconds: 20 }), 0.5)],
    ['Musepack', cut(musepackFile({ seconds: 20 }), 0.5)],
    ['DSF', dsfFile({ seconds: 20, bytes: dsdBytes(10) })],
    ['DSDIFF', dffFile({ bytes: dsdBytes(10), statedBytes: dsdBytes(20) })],
    ["Monkey's Audio", cut(apeFile({ seconds: 20, bytes: 100_000 }), 0.5)],
    ['WMA', cut(wmaFile({ seconds: 20 }), 0.5)],
    ['WMA that was never filled', zeroed(wmaFile({ seconds: 20 }), 0.5)],
  ])('%s that is cut short holds what is there', async (_, bytes) => {
    const found = usable(await inspect(bytes));
    expect(Math.abs(found.durationSeconds - 10)).toBeLessThan(0.8);
    expect(found).toMatchObject({ cutShort: true, warning: expect.stringContaining('promises 20 s') });
  });

  test.each([
    ['a protected WMA', wmaFile({ seconds: 10, encrypted: true }), 'protected'],
    ['a video of Windows without sound', wmaFile({ seconds: 10, soundless: true }), 'not-audio'],
    ['an AIFF that is a header', aiffFile({ seconds: 0 }), 'broken'],
    ['a WavPack of one block that is cut', wavPackFile({ seconds: 0.5 }).slice(0, 100), 'broken'],
  ])('%s is refused', async (_, bytes, problem) => {
    expect(refused(await inspect(bytes)).problem).toBe(problem);
  });
});

describe('audio that is not supported is refused by its name, and by what to convert it to', () => {
  const padded = (...start: readonly (string | Uint8Array)[]) => join(...start, coded(2000));
  test.each<[string, Uint8Array, 'flac' | 'mp3' | undefined]>([
    ['RIFX', padded('RIFX', little(0, 4), 'WAVE'), 'flac'],
    ['W64', padded('riff', Uint8Array.of(0x2e, 0x91, 0xcf, 0x11)), 'flac'],
    ['AU', padded('.snd', little(0, 4)), 'flac'],
    ['TTA', padded('TTA1'), 'flac'],
    ['CAF', padded('caff', little(1, 4), 'desc', new Uint8Array(16), 'lpcm'), 'flac'],
    ['CAF', padded('caff', little(1, 4), 'desc', new Uint8Array(16), 'aac '), 'mp3'],
    ['DTS', padded(Uint8Array.of(0x7f, 0xfe, 0x80, 0x01)), 'mp3'],
    ['GSM', Uint8Array.from({ length: 3300 }, (_, i) => (i % 33 === 0 ? 0xd5 : i % 251)), 'mp3'],
    ['LATM', padded(Uint8Array.of(0x56, 0xe0, 2, 0, 0, 0x56, 0xe0, 2, 0, 0)), 'mp3'],
    ['ADIF', padded('ADIF'), 'mp3'],
    ['OptimFROG', padded('OFR '), undefined],
    ['MID', padded('MThd', little(6, 4)), undefined],
  ])('%s #%#', async (name, bytes, convertTo) => {
    const found = refused(await inspect(bytes));
    expect(found).toEqual({
      ...{ usable: false, problem: 'not-audio' },
      reason: `This is ${name} audio, which is not supported: convert it to an MP3, WAV, FLAC, Ogg or M4A file.`,
      ...(convertTo && { convertTo }),
    });
  });

  test('a video of a kind that is not measured can be converted', async () => {
    const found = refused(await inspect(padded('FLV', Uint8Array.of(1, 5, 0, 0, 0, 9))));
    expect(found).toMatchObject({ reason: expect.stringContaining('an FLV video, which'), convertTo: 'mp3' });
  });
});

/** An archive of empty files of these names; the text of the first is in it. */
const zip = (names: readonly string[], text = '') =>
  join(
    ...names.map((name, index) => {
      const held = index === 0 ? text : '';
      const sizes = join(little(held.length, 4), little(held.length, 4));
      return join('PK\x03\x04', new Uint8Array(14), sizes, little(name.length, 2), little(0, 2), name, held);
    }),
    new Uint8Array(3000),
  );

const office = (kind: string) =>
  `<Override ContentType="application/vnd.openxmlformats-officedocument.${kind}.main+xml"/>`;

describe('a file that is no audio is called by its kind, which a library that looks for itself names alike', () => {
  const starts = [
    ...[
      'BM',
      'GIF89a',
      '\xff\xd8\xff\xe0',
      '8BPS',
      'II*\0\x08\0\0\0',
      'MM\0*\0\0\0\x08',
      'icns',
      'gimp xcf ',
    ],
    ...['\0\0\0\x1cftypheic', '\0\0\0\x1cftypavif', 'RIFF\x10\0\0\0WEBP', '\0\0\x01\0\x01\0', '\xff\n'],
    ...[
      'FLV\x01',
      'RIFF\x10\0\0\0AVI LIST',
      '\0\0\x01\xba\x44',
      '\x0bw',
      '#!AMR\n',
      'IMPM',
      'Extended Module:',
    ],
    ...[
      'wOFF\0\x01\0\0',
      'wOF2OTTO',
      'OTTO\0',
      '\0\x01\0\0\0',
      'ttcf',
      '%PDF-1.7',
      '{\\rtf1',
      '<?xml version',
    ],
    ...['PK\x05\x06', '\x1f\x8b\x08\0', 'BZh9', '\xfd7zXZ\0', '7z\xbc\xaf\x27\x1c', 'Rar!\x1a\x07\x01\0'],
    ...[
      '\x28\xb5\x2f\xfd',
      '\x04\x22\x4d\x18',
      'MSCF',
      '!<arch>\ndebian-binary',
      '\xed\xab\xee\xdb',
      'x\x01',
    ],
    ...[
      'MZ\x90',
      '\x7fELF\x02',
      '\xca\xfe\xba\xbe\0\0\0\x41',
      '\xca\xfe\xba\xbe\0\0\0\x02',
      '\0asm\x01',
      'CWS',
    ],
    ...[
      '%!PS-Adobe-3.0 EPSF-3.0',
      '%!PS-Adobe-3.0',
      'SQLite format 3',
      '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1',
      'ITSF',
    ],
    ...[`${'\0'.repeat(257)}ustar\0`, `${'\0'.repeat(128)}DICM`, 'BEGIN:VCARD', 'WEBVTT\n', 'glTF\x02\0\0\0'],
    ...[
      `\xef\xbb\xbf<?xml version`,
      'L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46',
      'BLENDER',
      'solid cube',
    ],
  ];
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ...starts.map((start) => [start, join(start, new Uint8Array(1000))] as const),
    ['a video by its packets', join(...Array.from({ length: 6 }, () => join('G', new Uint8Array(187))))],
    ['a picture', join('\x89PNG\r\n\x1a\n', big(13, 4), 'IHDR', new Uint8Array(17), big(0, 4), 'IDAT', 0)],
    ['an archive', zip(['song.mp3', 'word/song.mp3'])],
    ['a document', zip(['[Content_Types].xml', 'word/document.xml'], office('wordprocessingml.document'))],
    [
      'a table',
      zip(['[Content_Types].xml', '_rels/.rels', 'xl/workbook.xml'], office('spreadsheetml.sheet')),
    ],
    ['an open document', zip(['mimetype', 'content.xml'], 'application/vnd.oasis.opendocument.text')],
    ['a book', zip(['mimetype', 'content.xml'], 'application/epub+zip')],
    ['a program', zip(['META-INF/MANIFEST.MF'])],
  ];
  test.each(cases)('%j', async (_, bytes) => {
    const { ext = '' } = (await fileTypeFromBuffer(bytes)) ?? {};
    const name = ext === 'jpg' ? 'JPEG' : ext.toUpperCase();
    expect(refused(await inspect(bytes)).reason).toContain(` ${name} `);
  });
});
