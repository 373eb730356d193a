// biome-ignore-all lint/suspicious/noControlCharactersInRegex: files begin with bytes of every value
import type { ByteSource } from './inspection.ts';
import { textIn } from './measured.ts';

/** What a file is that holds no audio which is measured. */
export interface OtherFile {
  /** As a person says it: `JPEG`, `ZIP`. */
  readonly name: string;
  readonly noun: 'audio' | 'video' | 'image' | 'font' | 'document' | 'file';
}

/** How many bytes a signature may reach. */
const looked = 512;
/** Within so many bytes an archive of a document names what makes it one. */
const lookedInZip = 16 * 1024;

type Signatures = readonly (readonly [string, RegExp])[];

/** An archive of which one of these comes first, and then what such a document has. */
const office = (folder: string) =>
  new RegExp(`^PK\x03\x04.{26}(?:\\[Content_Types\\]|_rels/|docProps/).*PK\x03\x04.{26}${folder}/`, 's');

/** The first bytes of files as Latin-1 text, so that a letter is a byte. Of two that fit, the first counts. */
const signatures: readonly (readonly [OtherFile['noun'], Signatures])[] = [
  [
    'image',
    [
      ['BMP', /^BM/],
      ['GIF', /^GIF/],
      ['JXR', /^II\xbc/],
      ['JLS', /^\xff\xd8\xff\xf7/],
      ['JPEG', /^\xff\xd8\xff/],
      ['PNG', /^\x89PNG\r\n\x1a\n/],
      ['WEBP', /^RIFF....WEBP/s],
      ['AVIF', /^....ftypavi[fs]/s],
      ['HEIC', /^....ftyp(?:mif1|msf1|hei[cx]|hev[cx])/s],
      ['CR3', /^....ftypcrx /s],
      ['CR2', /^(?:II\*\0|MM\0\*)....CR/s],
      ['TIF', /^(?:II[*+]\0|MM\0[*+])/],
      ['ORF', /^IIRO\x08/],
      ['RW2', /^IIU\0\x18/],
      ['RAF', /^FUJIFILMCCD-RAW/],
      ['PSD', /^8BPS/],
      ['XCF', /^gimp xcf /],
      ['DWG', /^AC10\d\d/],
      ['ICNS', /^icns/],
      ['ICO', /^\0\0\x01\0/],
      ['CUR', /^\0\0\x02\0/],
      ['BPG', /^BPG\xfb/],
      ['FLIF', /^FLIF/],
      ['KTX', /^\xabKTX 11\xbb/],
      ['J2C', /^\xff\x4f\xff\x51/],
      ['JP2', /^\0\0\0\x0cjP {2}\r\n\x87\n/],
      ['JXL', /^(?:\xff\n|\0\0\0\x0cJXL )/],
    ],
  ],
  [
    'video',
    [
      ['FLV', /^FLV\x01/],
      ['AVI', /^RIFF....AVI/s],
      ['MPG', /^\0\0\x01[\xba\xb3]/],
      // Packets of 188 bytes, or of 192; three of them, for one letter is soon the same.
      ['MTS', /^(?:G.{187}){2}G|^....(?:G.{191}){2}G/s],
    ],
  ],
  [
    'audio',
    [
      ['AC3', /^\x0bw/],
      ['MID', /^MThd/],
      ['AMR', /^#!AMR/],
      ['QCP', /^RIFF....QLCM/s],
      ['XM', /^Extended Module:/],
      ['VOC', /^Creative Voice File/],
      ['IT', /^IMPM/],
      ['S3M', /^.{44}SCRM/s],
    ],
  ],
  [
    'font',
    [
      ['WOFF', /^wOFF/],
      ['WOFF2', /^wOF2/],
      ['TTC', /^ttcf/],
      ['OTF', /^OTTO\0/],
      ['TTF', /^\0\x01\0\0\0/],
    ],
  ],
  ['document', [['PDF', /^%PDF/]]],
  [
    'file',
    [
      ['EPUB', /^PK\x03\x04.{26}mimetypeapplication\/epub\+zip/s],
      ['ODT', /^PK\x03\x04.{26}mimetypeapplication\/vnd\.oasis\.opendocument\.text/s],
      ['ODS', /^PK\x03\x04.{26}mimetypeapplication\/vnd\.oasis\.opendocument\.spreadsheet/s],
      ['ODP', /^PK\x03\x04.{26}mimetypeapplication\/vnd\.oasis\.opendocument\.presentation/s],
      ['DOCX', office('word')],
      ['XLSX', office('xl')],
      ['PPTX', office('ppt')],
      ['JAR', /^PK\x03\x04.{26}META-INF\/(?:.*PK\x03\x04.{26}META-INF\/)?MANIFEST\.MF/s],
      ['APK', /^PK\x03\x04.{26}AndroidManifest\.xml/s],
      ['ZIP', /^PK[\x03\x05\x07][\x04\x06\x08]/],
      ['GZ', /^\x1f\x8b\x08/],
      ['BZ2', /^BZh/],
      ['XZ', /^\xfd7zXZ\0/],
      ['7Z', /^7z\xbc\xaf\x27\x1c/],
      ['RAR', /^Rar!\x1a\x07[\0\x01]/],
      ['TAR', /^.{257}ustar[\0 ]/s],
      ['ZST', /^\x28\xb5\x2f\xfd/],
      ['LZ4', /^\x04\x22\x4d\x18/],
      ['LZ', /^LZIP/],
      ['LZH', /^..-l(?:h[0-7d]|zs|z[45])-/s],
      ['Z', /^\x1f[\xa0\x9d]/],
      ['CAB', /^(?:MSCF|ISc\()/],
      ['CPIO', /^(?:\xc7\x71|070707)/],
      ['ARJ', /^\x60\xea/],
      ['ACE', /^.{7}\*\*ACE/s],
      ['DEB', /^!<arch>\ndebian-binary/],
      ['AR', /^!<arch>/],
      ['RPM', /^\xed\xab\xee\xdb/],
      ['CRX', /^Cr24/],
      ['DMG', /^x\x01/],
      ['EXE', /^MZ/],
      ['ELF', /^\x7fELF/],
      ['CLASS', /^\xca\xfe\xba\xbe..(?:[^\0].|\0[\x1f-\xff])/s],
      ['MACHO', /^(?:\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe|\xca\xfe\xba\xbe)/],
      ['WASM', /^\0asm/],
      ['NES', /^NES\x1a/],
      ['SWF', /^[CF]WS/],
      ['EPS', /^(?:%!PS-Adobe-... EPSF-|\xc5\xd0\xd3\xc6)/s],
      ['PS', /^%!/],
      ['RTF', /^\{\\rtf/],
      ['CFB', /^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/],
      ['CHM', /^ITSF/],
      ['MOBI', /^.{60}BOOKMOBI/s],
      ['INDD', /^\x06\x06\xed\xf5\xd8\x1d\x46\xe5/],
      ['XML', /^(?:\xef\xbb\xbf)?<\?xml |^\xff\xfe<\0\?\0x\0|^\xfe\xff\0<\0\?\0x/],
      ['VTT', /^WEBVTT[\n\r\t \0]/],
      ['VCF', /^BEGIN:VCARD/],
      ['ICS', /^BEGIN:VCALENDAR/],
      ['PGP', /^-----BEGIN PGP MESSAGE-----/],
      ['REG', /^REGEDIT4\r\n/],
      ['DAT', /^regf/],
      ['LNK', /^L\0\0\0\x01\x14\x02\0/],
      ['PST', /^!BDN/],
      ['SQLITE', /^SQLi/],
      ['PARQUET', /^PAR[1E]/],
      ['AVRO', /^Obj\x01/],
      ['ARROW', /^ARROW1\0\0/],
      ['SAV', /^\$FL[23]/],
      ['PCAP', /^(?:\xd4\xc3\xb2\xa1|\xa1\xb2\xc3\xd4)/],
      ['ICC', /^.{36}acsp/s],
      ['DCM', /^.{128}DICM/s],
      ['MXF', /^\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02/],
      ['RM', /^\.RMF/],
      ['STL', /^solid /],
      ['GLB', /^glTF\x02\0\0\0/],
      ['BLEND', /^BLENDER/],
      ['FBX', /^Kaydara FBX Binary/],
      ['DRC', /^DRACO/],
    ],
  ],
];

/** What the file is by its first bytes; nothing if they say nothing that we know. */
export async function otherFileIn(source: ByteSource): Promise<OtherFile | undefined> {
  const bytes = await source.read(0, looked);
  const isZip = textIn(bytes, 0, 4) === 'PK\x03\x04';
  const text = textIn(isZip ? await source.read(0, lookedInZip) : bytes, 0, isZip ? lookedInZip : looked);
  for (const [noun, kinds] of signatures) {
    const found = kinds.find(([, start]) => start.test(text));
    if (found) return { name: found[0], noun };
  }
  return undefined;
}
