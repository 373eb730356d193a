/** Bytes in front of the samples. */
const headerBytes = 44;

/** Bytes of a 16-bit PCM WAV file with so many frames. */
export function wavSize(frames: number, channels: number): number {
  return headerBytes + frames * channels * 2;
}

/** A 16-bit PCM WAV file from samples in [-1, 1], one array per channel, all of one length. */
export function wavFile(channels: readonly Float32Array[], sampleRate: number): Uint8Array {
  const frames = channels[0]?.length ?? 0;
  const bytes = new Uint8Array(wavSize(frames, channels.length));
  const view = new DataView(bytes.buffer);
  const text = (at: number, word: string) => bytes.set(new TextEncoder().encode(word), at);
  const frameBytes = channels.length * 2;

  text(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, frames * frameBytes, true);
  channels.forEach((channel, c) => {
    for (let i = 0; i < frames; i++) {
      view.setInt16(headerBytes + i * frameBytes + c * 2, Math.round((channel[i] ?? 0) * 32_767), true);
    }
  });
  return bytes;
}
