/** Samples of one turn: a sine for each sample of each file takes longer than the commands do. */
const turn = Uint8Array.from(
  { length: 8000 },
  (_, i) => 128 + Math.round(90 * Math.sin((i * 2 * Math.PI) / 8000)),
);

/** A small but real WAV file: 8 kHz, 8 bits, mono; another `pitch`, in whole hertz, gives other bytes. */
export function wav(seconds: number, pitch: number): Buffer {
  const samples = Buffer.alloc(Math.round(seconds * 8000));
  for (let i = 0; i < samples.length; i++) {
    samples[i] = turn[(i * pitch) % turn.length] ?? 0;
  }
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(8000, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}
