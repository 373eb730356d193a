import { crc, join, little } from './bytes.ts';

const serial = 0x43_48_49_52;
const opusRate = 48_000;
/** Samples that a decoder throws away at the beginning. */
const preSkip = 312;
/** A silent Opus packet of 20 ms. */
const packet = Uint8Array.of(0xf8, 0xff, 0xfe);
const packetSeconds = 0.02;
const packetsPerPage = 50;

/** A silent Ogg Opus file, a page a second. */
export function opusFile({ seconds }: { readonly seconds: number }): Uint8Array {
  return join(...opusPages(seconds));
}

/** Its pages one by one, for a file that is cut between two of them. */
export function opusPages(seconds: number): readonly Uint8Array[] {
  const head = join('OpusHead', 1, 1, little(preSkip, 2), little(opusRate, 4), little(0, 2), 0);
  const tags = join('OpusTags', little(4, 4), 'test', little(0, 4));
  const pages = [page(0, [head], 0, 2), page(1, [tags], 0, 0)];
  const packets = Math.round(seconds / packetSeconds);
  for (let done = 0; done < packets; ) {
    const count = Math.min(packetsPerPage, packets - done);
    done += count;
    const granule = preSkip + done * packetSeconds * opusRate;
    pages.push(page(pages.length, Array(count).fill(packet), granule, done === packets ? 4 : 0));
  }
  return pages;
}

/** @param flags 2: first page of the stream, 4: its last */
function page(number: number, packets: readonly Uint8Array[], granule: number, flags: number): Uint8Array {
  const bytes = join(
    'OggS',
    0,
    flags,
    little(Math.round(granule), 8),
    little(serial, 4),
    little(number, 4),
    little(0, 4),
    packets.length,
    Uint8Array.from(packets, ({ length }) => length),
    ...packets,
  );
  bytes.set(little(crc(bytes, 32, 0x04c1_1db7), 4), 22);
  return bytes;
}
