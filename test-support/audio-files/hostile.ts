import { join, text } from './bytes.ts';
import { mp3File } from './mp3.ts';
import { wavFile } from './wav.ts';

/** What arrives in a folder of audio without being any; each with the name it might come under. */

/** Text under the name of audio. */
export function textFile(): Uint8Array {
  return text('This is not the song that you are looking for.\n'.repeat(200));
}

export function zeros(bytes = 3_000_000): Uint8Array {
  return new Uint8Array(bytes);
}

/** A WAV of `seconds` whose header promises twenty times as much. */
export function cutWav(seconds: number): Uint8Array {
  return wavFile({ seconds, statedBytes: seconds * 16_000 * 20 });
}

/** A WAV whose header claims 2 GB. */
export function lyingWav(seconds: number): Uint8Array {
  return wavFile({ seconds, statedBytes: 0x7fff_ff00 });
}

/** A WAV that ends within its header. */
export function cutHeader(): Uint8Array {
  return wavFile({ seconds: 1 }).subarray(0, 30);
}

/** An MP3 of ten seconds behind 600 kB of tag. */
export function hugeTag(): Uint8Array {
  return mp3File({ seconds: 10, tagBytes: 600_000 });
}

export function oneSecond(): Uint8Array {
  return mp3File({ seconds: 1 });
}

export function pdfFile(): Uint8Array {
  return join('%PDF-1.7\n', new Uint8Array(2000).fill(0x20));
}

export function pngFile(): Uint8Array {
  return join(0x89, 'PNG\r\n', 0x1a, '\n', 0, 0, 0, 13, 'IHDR', new Uint8Array(17), 0, 0, 0, 0, 'IDAT');
}
