import { chunks, content, dsf, iff64 } from './chunks.ts';
import type { ByteSource } from './inspection.ts';
import { BrokenAudio, type Measured, mustFit, numbersIn, promise } from './measured.ts';

/**
 * Measures a DSF (DSF File Format Specification 1.01): the bits of one sample each, block by block.
 * @throws BrokenAudio
 */
export async function measureDsf(source: ByteSource): Promise<Measured> {
  let format: { rate: number; channels: number; bits: number; samples: number } | undefined;
  for await (const chunk of chunks(source, dsf, 0)) {
    if (chunk.id === 'fmt ') {
      const bytes = numbersIn(await content(source, chunk, 32));
      if (bytes.byteLength < 32) break;
      format = {
        channels: bytes.getUint32(12, true),
        rate: bytes.getUint32(16, true),
        bits: bytes.getUint32(20, true),
        samples: Number(bytes.getBigUint64(24, true)),
      };
    }
    if (chunk.id !== 'data' || !format) continue;
    const { rate, channels, bits, samples } = format;
    // With eight bits a "sample" is a byte of them, which changes nothing in how many bits there are.
    const bytesPerSecond = (rate * channels) / 8;
    if (bytesPerSecond === 0 || ![1, 8].includes(bits)) break;
    const promised = samples / rate;
    const seconds = Math.min(promised, (source.size - chunk.body) / bytesPerSecond);
    return { format: 'DSF', extension: 'dsf', seconds, ...promise(promised, seconds) };
  }
  throw new BrokenAudio('The header of this DSF is damaged.');
}

/**
 * Measures a DSDIFF (Philips, version 1.5): plain bits, or compressed ones (DST) with a number of frames.
 * @throws BrokenAudio
 */
export async function measureDff(source: ByteSource): Promise<Measured> {
  let rate = 0;
  let channels = 0;
  const kind = { format: 'DSDIFF', extension: 'dff' };
  for await (const chunk of chunks(source, iff64, 16)) {
    if (chunk.id === 'PROP') {
      for await (const inner of chunks(source, iff64, chunk.body + 4, chunk.end)) {
        const bytes = numbersIn(await content(source, inner, 4));
        if (inner.id === 'FS  ' && bytes.byteLength === 4) rate = bytes.getUint32(0);
        if (inner.id === 'CHNL' && bytes.byteLength === 4) channels = bytes.getUint16(0);
      }
    }
    const length = chunk.end - chunk.body;
    const there = Math.min(length, source.size - chunk.body);
    if (chunk.id === 'DSD ' && rate > 0 && channels > 0) {
      const seconds = (there * 8) / (rate * channels);
      return { ...kind, seconds, ...promise((length * 8) / (rate * channels), seconds) };
    }
    if (chunk.id !== 'DST ') continue;
    for await (const inner of chunks(source, iff64, chunk.body, chunk.end)) {
      const bytes = numbersIn(await content(source, inner, 6));
      if (inner.id !== 'FRTE' || bytes.byteLength < 6 || bytes.getUint16(4) === 0) break;
      const promised = bytes.getUint32(0) / bytes.getUint16(4);
      mustFit(promised, Math.max(length, source.size));
      const seconds = (promised * there) / length;
      return { ...kind, seconds, ...promise(promised, seconds) };
    }
  }
  throw new BrokenAudio('The header of this DSDIFF is damaged.');
}
