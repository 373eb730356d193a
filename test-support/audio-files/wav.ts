import { join, little } from './bytes.ts';

export interface WavOptions {
  readonly seconds: number;
  /** Of the tone; two files with different pitches differ. */
  readonly pitch?: number;
  readonly sampleRate?: number;
  readonly channels?: number;
  /** What the header says instead of the true number of bytes of sound. */
  readonly statedBytes?: number;
  /** Bytes of another chunk between format and sound. */
  readonly junkBytes?: number;
}

/** A 16-bit PCM WAV with a sine tone: 16 kB a second by default. */
export function wavFile(options: WavOptions): Uint8Array {
  const { seconds, pitch = 440, sampleRate = 8000, channels = 1, junkBytes = 0 } = options;
  const frames = Math.round(seconds * sampleRate);
  const samples = new Int16Array(frames * channels);
  for (let i = 0; i < samples.length; i++) {
    samples[i] = 12_000 * Math.sin((2 * Math.PI * pitch * Math.floor(i / channels)) / sampleRate);
  }
  const sound = new Uint8Array(samples.buffer);
  const stated = options.statedBytes ?? sound.length;
  const junk =
    junkBytes > 0 ? join('JUNK', little(junkBytes, 4), new Uint8Array(junkBytes)) : new Uint8Array();
  const frameBytes = channels * 2;
  return join(
    'RIFF',
    little(36 + junk.length + stated, 4),
    'WAVEfmt ',
    little(16, 4),
    little(1, 2),
    little(channels, 2),
    little(sampleRate, 4),
    little(sampleRate * frameBytes, 4),
    little(frameBytes, 2),
    little(16, 2),
    junk,
    'data',
    little(stated, 4),
    sound,
  );
}

/** A WAV with frames of MP3 in it, whose rate the header leaves at 0, as ffmpeg writes it where the rate varies. */
export function mp3Wav(frames: Uint8Array): Uint8Array {
  return join(
    'RIFF',
    little(frames.length + 50, 4),
    'WAVEfmt ',
    little(30, 4),
    little(0x55, 2),
    little(1, 2),
    little(44_100, 4),
    little(0, 4),
    little(1152, 2),
    little(0, 2),
    little(12, 2),
    new Uint8Array(12),
    'data',
    little(frames.length, 4),
    frames,
  );
}
