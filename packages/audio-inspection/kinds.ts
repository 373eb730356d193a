import type { ConversionTarget } from './formats.ts';
import type { ByteSource } from './inspection.ts';
import { textIn } from './measured.ts';

/** A kind of audio that is not measured; `to` where ffmpeg can convert it. */
export interface OtherAudio {
  /** As a person says it. */
  readonly name: string;
  readonly to?: ConversionTarget;
}

/** Magic numbers of audio that is not measured. */
const otherAudio: readonly (readonly [string, OtherAudio])[] = [
  ['RIFX', { name: 'RIFX', to: 'flac' }],
  ['riff\x2e\x91\xcf\x11', { name: 'W64', to: 'flac' }],
  ['.snd', { name: 'AU', to: 'flac' }],
  ['dns.', { name: 'AU', to: 'flac' }],
  ['TTA', { name: 'TTA', to: 'flac' }],
  ['ajkg', { name: 'Shorten', to: 'flac' }],
  ['OFR ', { name: 'OptimFROG' }],
  ['NIST_1A', { name: 'SPHERE', to: 'flac' }],
  ['\x7f\xfe\x80\x01', { name: 'DTS', to: 'mp3' }],
  ['\xfe\x7f\x01\x80', { name: 'DTS', to: 'mp3' }],
  ['\x1f\xff\xe8\x00', { name: 'DTS', to: 'mp3' }],
  ['\xff\x1f\x00\xe8', { name: 'DTS', to: 'mp3' }],
  ['ADIF', { name: 'ADIF', to: 'mp3' }],
  ['TWIN', { name: 'VQF', to: 'mp3' }],
  ['ea3', { name: 'ATRAC', to: 'mp3' }],
  ['.ra\xfd', { name: 'RealAudio', to: 'mp3' }],
  ['#!SILK', { name: 'SILK' }],
];

/** What kind of audio that is not measured the file begins as; nothing if it is none that we know. */
export async function otherAudioIn(source: ByteSource): Promise<OtherAudio | undefined> {
  const bytes = await source.read(0, 16 * gsmFrame);
  const known = otherAudio.find(([word]) => textIn(bytes, 0, word.length) === word)?.[1];
  if (known) return known;
  // CAF: the codec is in the description that comes first.
  if (textIn(bytes, 0, 4) === 'caff') {
    return { name: 'CAF', to: ['lpcm', 'alac'].includes(textIn(bytes, 28, 32)) ? 'flac' : 'mp3' };
  }
  if (isLatm(bytes)) return { name: 'LATM', to: 'mp3' };
  return isGsm(bytes) ? { name: 'GSM', to: 'mp3' } : undefined;
}

/** AAC as broadcasts wrap it: a sync word of eleven bits, a length of thirteen, and the next one behind it. */
function isLatm(bytes: Uint8Array): boolean {
  const lengthAt = (at: number) => {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
    return first === 0x56 && (second & 0xe0) === 0xe0 ? ((second & 0x1f) << 8) | third : undefined;
  };
  const first = lengthAt(0);
  return first !== undefined && lengthAt(3 + first) !== undefined;
}

/** GSM 06.10 has no header: its frames all begin with the same four bits. */
const gsmFrame = 33;
function isGsm(bytes: Uint8Array): boolean {
  if (bytes.length < 16 * gsmFrame) return false;
  for (let at = 0; at < bytes.length; at += gsmFrame) if ((bytes[at] ?? 0) >> 4 !== 0xd) return false;
  return true;
}
